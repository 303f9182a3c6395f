import { same } from '../expect.ts'
import type { SearchCase } from './search-case.ts'
import { doc, file, hits, ids, marked, searchCase } from './search-case.ts'

/** A case of texts and of what each question finds in them, marked parts and all. Order is not looked at. */
function finds(
  name: string,
  texts: Readonly<Record<string, string>>,
  questions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
): SearchCase {
  return searchCase(name, async (index) => {
    await file(index, ...Object.entries(texts).map(([id, text]) => doc(id, text)))
    for (const [question, expected] of Object.entries(questions)) {
      same(await marked(index, question, texts), expected, `the question ${JSON.stringify(question)}`)
    }
  })
}

/** What is a word, and which words are the same. */
export const wordCases: readonly SearchCase[] = [
  finds(
    'case and diacritics do not matter, and marks stand where they stand in the original',
    { a: 'Café crème', b: 'CAFE', c: 'cafe\u0301s', d: 'Straße STRASSE', e: 'Łódź İstanbul ısı' },
    {
      café: { a: ['Café'], b: ['CAFE'], c: ['cafe\u0301s'] },
      'cafe creme': { a: ['Café', 'crème'], b: ['CAFE'] },
      strasse: { d: ['Straße', 'STRASSE'] },
      STRAẞE: { d: ['Straße', 'STRASSE'] },
      lodz: { e: ['Łódź'] },
      istanbul: { e: ['İstanbul'] },
      ISI: { e: ['ısı'] },
    },
  ),
  finds(
    'compatibility forms are the characters they look like, and offsets stay those of the original',
    { a: 'we ﬁnd ①②, ５０㎏ and ½', b: 'ｶﾞｷﾞ と ガギ', c: 'so\u00adft\u200dware \ufeffsecond', d: 'x\u{1d400}y' },
    {
      find: { a: ['ﬁnd'] },
      '12': { a: ['①②'] },
      '50kg': { a: ['５０㎏'] },
      '2': { a: ['½'] },
      ガギ: { b: ['ｶﾞｷﾞ', 'ガギ'] },
      software: { c: ['so\u00adft\u200dware'] },
      second: { c: ['second'] },
      xay: { d: ['x\u{1d400}y'] },
    },
  ),
  finds(
    'an identifier is found whole and by its parts',
    {
      order: 'See ORDER-12345, please.',
      spaced: 'my order 12345',
      other: 'order 99999 and 123456',
      mail: 'write to user@example.com!',
      snake: 'rename foo_bar to foo.bar',
      version: 'since v1.2.3',
    },
    {
      'ORDER-12345': { order: ['ORDER-12345'], spaced: ['order 12345'] },
      '12345 ': { order: ['12345'], spaced: ['12345'], other: ['123456'] },
      'user@example.com': { mail: ['user@example.com'] },
      example: { mail: ['example'] },
      foo_bar: { snake: ['foo_bar', 'foo.bar'] },
      bar: { snake: ['bar', 'bar'] },
      'v1.2.3': { version: ['v1.2.3'] },
      'v1.2': { version: ['v1.2'] },
    },
  ),
  finds(
    'a sign that belongs to a word tells it from the word without it',
    { cpp: 'C++ and C++17', c: 'plain C', sharp: 'in C# or F#', net: 'the .NET way, ASP.NET', ann: 'ask @Ann #help' },
    {
      'c++': { cpp: ['C++', 'C++'] },
      'c#': { sharp: ['C#'] },
      c: { cpp: ['C', 'C'], c: ['C'], sharp: ['C'] },
      '.net': { net: ['.NET', '.NET'] },
      '@ann': { ann: ['@Ann'] },
      ann: { ann: ['Ann'] },
      '#help': { ann: ['#help'] },
    },
  ),
  finds(
    'any part of a Chinese, Japanese or Korean text is found',
    { ja: '東京都庁で会議', ko: '서울에서 만나요', zh: '退款政策很清楚', mixed: '新しいiPhone手机' },
    {
      京都: { ja: ['京都'] },
      東京都庁: { ja: ['東京都庁'] },
      会: { ja: ['会'] },
      都東: {},
      서울: { ko: ['서울'] },
      '에서 만나': { ko: ['에서', '만나'] },
      款政: { zh: ['款政'] },
      iphone手机: { mixed: ['iPhone手机'] },
    },
  ),
  finds(
    'any part of a Thai text is found, and its vowels tell words apart',
    { a: 'สวัสดีครับ', b: 'มากับหมา' },
    { สวัสดี: { a: ['สวัสดี'] }, หมา: { b: ['หมา'] }, หมี: {} },
  ),
  finds(
    'an emoji is a word of its own, whatever its skin tone, and voicing marks tell kana apart',
    { a: 'done👍🏽 thanks 🎉', b: '🇩🇪 and 🇫🇷', c: 'か', d: 'が' },
    { '👍': { a: ['👍🏽'] }, '🎉': { a: ['🎉'] }, done: { a: ['done'] }, '🇫🇷': { b: ['🇫🇷'] }, か: { c: ['か'] } },
  ),
  finds(
    'the last word may be the beginning of a longer one, and no other word may',
    { a: 'refunds are reviewed', b: 'a refund', c: 'reviewed' },
    {
      refu: { a: ['refunds'], b: ['refund'] },
      'refund review': { a: ['reviewed'], b: ['refund'], c: ['reviewed'] },
      'refu reviewed': { a: ['reviewed'], c: ['reviewed'] },
      'r ': {},
    },
  ),
  finds(
    'words in quotes must stand together, and the last of them must be whole',
    { a: 'the billing refund came', b: 'refund of billing', c: 'billing: refund!', d: 'billing refunds' },
    {
      '"billing refund"': { a: ['billing refund'], c: ['billing: refund'] },
      '“billing refund”': { a: ['billing refund'], c: ['billing: refund'] },
      '"billing refund" came': { a: ['billing refund', 'came'], c: ['billing: refund'] },
      '"billing': { a: ['billing'], b: ['billing'], c: ['billing'], d: ['billing'] },
    },
  ),
  finds(
    'words of any length are told apart by their first 64 characters',
    { a: `${'x'.repeat(70)}`, b: `${'x'.repeat(64)}`, c: 'x'.repeat(63), d: '😀'.repeat(100) },
    {
      ['x'.repeat(64)]: { a: ['x'.repeat(70)], b: ['x'.repeat(64)] },
      ['x'.repeat(200)]: { a: ['x'.repeat(70)], b: ['x'.repeat(64)] },
    },
  ),
  searchCase('a question without words finds nothing', async (index) => {
    await file(index, doc('a', 'words - and " more'))
    for (const text of ['', ' ', '-', '"', '""', '?!', '\u0000', '\u0301', '*']) same(await ids(index, text), [], text)
  }),
  searchCase('nothing that is typed is syntax', async (index) => {
    await file(index, doc('a', "a AND b NEAR c OR words: NOT 'quoted' % _ $regex ^ | &"), doc('b', 'something else'))
    for (const text of ['a AND b', 'NEAR(a c)', 'words:', 'a* OR *', '{a} : b', '"a" + "b"', '^a']) {
      same((await ids(index, text))[0], 'a', text)
    }
    same(await ids(index, "'; drop table x; --"), [], 'another language')
    same(await ids(index, '(.*)'), [], 'a pattern')
    same(await ids(index, '%'), [], 'a wildcard')
  }),
  searchCase('a text of 10,000 characters is searched to its end', async (index) => {
    await file(index, doc('latin', `${'word '.repeat(1_999)}final`), doc('han', `${'文'.repeat(9_998)}結末`))
    same((await hits(index, 'final'))[0]?.highlights, [{ start: 9_995, end: 10_000 }], 'letters')
    same((await hits(index, '結末'))[0]?.highlights, [{ start: 9_998, end: 10_000 }], 'ideographs')
  }),
  searchCase('texts of control characters and odd spaces are texts', async (index) => {
    await file(index, doc('a', '\u0000one\u0000two\u00a0three\u3000four\u200bfive\r\n\tsix'), doc('b', ''))
    for (const word of ['one', 'two', 'three', 'four', 'five', 'six']) same(await ids(index, word), ['a'], word)
  }),
]
