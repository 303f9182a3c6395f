import type { SearchHit } from '../../ports/search-index.ts'
import { ok, same } from '../expect.ts'
import type { SearchCase } from './search-case.ts'
import { doc, file, hits, ids, longAgo, searchCase } from './search-case.ts'

async function scores(found: Promise<readonly SearchHit[]>): Promise<Record<string, number>> {
  return Object.fromEntries((await found).map((hit) => [hit.messageId, hit.score]))
}

const minute = 60_000

/** What comes first, and what a score promises. */
export const rankCases: readonly SearchCase[] = [
  searchCase('every word beats some words, whole words beat beginnings, and the bands say so', async (index) => {
    await file(
      index,
      doc('whole', `billing ${'filler '.repeat(300)} refund`),
      doc('begun', 'billing refunds'),
      doc('some', 'billing billing'),
      doc('none', 'else'),
    )
    const found = await scores(hits(index, 'billing refund'))
    same(Object.keys(found), ['whole', 'begun', 'some'], 'the order')
    ok(found['whole']! >= 0.75, 'every word as a whole word: from 0.75')
    ok(found['begun']! >= 0.5 && found['begun']! < 0.75, 'every word, one as a beginning: from 0.5')
    ok(found['some']! > 0 && found['some']! < 0.5, 'some words: below 0.5')
  }),
  searchCase('words together beat words apart, and their order counts', async (index) => {
    await file(
      index,
      doc('phrase', 'about the billing refund of yesterday'),
      doc('reverse', 'about the refund billing of yesterday'),
      doc('apart', 'billing about the of yesterday refund'),
    )
    same(await ids(index, 'billing refund'), ['phrase', 'reverse', 'apart'], 'the order')
  }),
  searchCase('as typed beats joined otherwise, and a text of nothing else beats a long one', async (index) => {
    const rest = 'which we looked at yesterday'
    await file(
      index,
      doc('exact', `order-12345 ${rest}`),
      doc('loose', `order 12345 ${rest}`),
      doc('only', 'order-12345'),
    )
    same(await ids(index, 'order-12345'), ['only', 'exact', 'loose'], 'the order')
    same((await scores(hits(index, 'order-12345')))['only'], 1, 'nothing but what was asked for is 1')
  }),
  searchCase('of the words that are missing, long ones are missed more', async (index) => {
    await file(index, doc('long', 'a subscription it is'), doc('short', 'of a text like this'))
    same(await ids(index, 'of subscription zebra'), ['long', 'short'], 'the order')
  }),
  searchCase('equal scores come newest first, then by greater message id, then by greater thread id', async (index) => {
    await file(
      index,
      doc('m1', 'same'),
      doc('m2', 'same'),
      doc('m2', 'same', { threadId: 'u' }),
      doc('\u{1f600}', 'same'),
      doc('\uffff', 'same'),
      doc('old', 'same', { createdAt: longAgo - 1 }),
      doc('new', 'same', { createdAt: longAgo + 1 }),
    )
    const found = (await hits(index, 'same')).map(({ threadId, messageId }) => `${threadId} ${messageId}`)
    same(found, ['t new', 't \u{1f600}', 't \uffff', 'u m2', 't m2', 't m1', 't old'], 'by bytes of UTF-8')
  }),
  searchCase('a score depends on nothing but the text and the question', async (index) => {
    await file(index, doc('a', 'the refund of the subscription'))
    const alone = await scores(hits(index, 'refund subscription'))
    await file(index, ...Array.from({ length: 50 }, (_, n) => doc(`x${n}`, 'refund refund refund', { createdAt: 0 })))
    same((await scores(hits(index, 'refund subscription')))['a'], alone['a'], 'also in other company')
    same(Math.round(alone['a']! * 10_000) / 10_000, alone['a'], 'and has four decimals')
  }),
  searchCase('minScore leaves out what is below it', async (index) => {
    await file(index, doc('all', 'billing refund'), doc('begun', 'billing refunding'), doc('some', 'billing'))
    same(await ids(index, 'billing refund', { minScore: 0.75 }), ['all'], 'whole words')
    same(await ids(index, 'billing refund', { minScore: 0.5 }), ['all', 'begun'], 'every word')
    same(await ids(index, 'billing refund', { minScore: 0 }), ['all', 'begun', 'some'], 'some words')
    same(await ids(index, 'billing refund', { minScore: 1 }), ['all'], 'nothing but it')
  }),
  searchCase('marks come in order, never overlap, and cover every place', async (index) => {
    await file(index, doc('a', 'order-1 order order-1'))
    const [hit] = await hits(index, 'order-1 order')
    same(
      hit?.highlights,
      [
        { start: 0, end: 7 },
        { start: 8, end: 13 },
        { start: 14, end: 21 },
      ],
      'the marks',
    )
  }),
  searchCase('pages continue exactly, through all bands, and the hit they continue from may be gone', async (index) => {
    const texts = [
      'red blue',
      'red x blue',
      'blue red',
      'red blues',
      'blueish red',
      'red',
      'blue',
      'red red',
      'blue green',
    ]
    const documents = texts.flatMap((text, n) =>
      [0, 1, 2].map((k) => doc(`${n}-${k}`, text, { threadId: `t${k}`, createdAt: longAgo + (n % 4) * minute })),
    )
    await file(index, ...documents)
    const whole = await hits(index, 'red blue')
    same(whole.length, documents.length, 'every document is a hit')
    for (const limit of [1, 2, 5, 26]) {
      const paged: SearchHit[] = []
      for (;;) {
        const after = paged.at(-1)
        const page = await hits(index, 'red blue', { limit, ...(after && { after }) })
        paged.push(...page)
        if (page.length < limit) break
      }
      same(paged, whole, `pages of ${limit}`)
    }
    const anchor = whole[7]!
    await index.apply([{ type: 'delete', threadId: anchor.threadId, messageId: anchor.messageId }])
    same(await hits(index, 'red blue', { after: anchor }), whole.slice(8), 'after a hit that is gone')
  }),
]
