import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldText } from './fold-text.ts'
import { maxSearchText } from './limits.ts'

const unicode = fc.string({ unit: 'binary', maxLength: 60 })

/** What of the original stands behind the folded units `[start, end)`. */
function original(text: string, start: number, end: number): string {
  const { starts, ends } = foldText(text)
  return text.slice(starts?.[start] ?? start, ends?.[end - 1] ?? end)
}

describe('foldText', () => {
  test.each([
    ['ÉCOLE', 'ecole'],
    ['e\u0301cole', 'ecole'],
    ['Straße ẞ', 'strasse ss'],
    ['İstanbul ısı', 'istanbul isi'],
    ['ΣΊΣΥΦΟΣ σίσυφος', 'σισυφοσ σισυφοσ'],
    ['ﬁ ㎏ ① ﷺ½', 'fi kg 1 صلى الله عليه وسلم1⁄2'],
    ['Łódź Ærø Đà þorn', 'lodz aero da thorn'],
    ['ＡＢＣ１２３', 'abc123'],
    ['ｶﾞ か\u3099 が', 'ガ が が'],
    ['\u1112\u1161\u11ab\u1100\u1173\u11af', '한글'],
    ['👍🏽 👩‍💻 ❤️ 1️⃣', '👍 👩💻 ❤ 1'],
    ['don’t – “so”', 'don\'t - "so"'],
    ['مُحَمَّد שָׁלוֹם', 'محمد שלום'],
    ['कि ดี ကျ', 'कि ดี ကျ'],
    ['so\u00adft\u2060ware', 'software'],
    ['zero\u200bwidth space', 'zero\u200bwidth space'],
    ['Foo™', 'foo™'],
  ])('folds %j to %j', (text, folded) => {
    expect(foldText(text).text).toBe(folded)
  })

  test('every folded unit knows where it came from', () => {
    expect(original('a ﬁnd', 2, 6)).toBe('ﬁnd')
    expect(original('xe\u0301y', 1, 2)).toBe('e\u0301')
    expect(original('aß b', 3, 5)).toBe(' b')
    expect(original('İx', 1, 2)).toBe('x')
    expect(original('①②', 1, 2)).toBe('②')
    expect(original('👍🏽!', 2, 3)).toBe('!')
    expect(foldText('Café').starts).toBeUndefined()
  })

  test('offsets are in order, within the text, and never inside a surrogate pair', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const { text: folded, starts, ends } = foldText(text)
        expect(folded.isWellFormed()).toBe(true)
        if (!starts || !ends) {
          expect(folded.length).toBe(text.length)
          return
        }
        expect([starts.length, ends.length]).toEqual([folded.length, folded.length])
        for (let i = 0; i < folded.length; i++) {
          expect(starts[i]! < ends[i]! && ends[i]! <= text.length).toBe(true)
          if (i > 0) expect(starts[i]! >= starts[i - 1]! && ends[i]! >= ends[i - 1]!).toBe(true)
          expect(text.slice(starts[i], ends[i]).isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('texts that Unicode calls equivalent fold alike, and so do their upper and lower case', () => {
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('aZßéñüØłİıςΣЖй가각がﾞ1')) })
    fc.assert(
      fc.property(letters, (text) => {
        const folded = foldText(text).text
        expect(foldText(text.normalize('NFD')).text).toBe(folded)
        expect(foldText(text.normalize('NFC')).text).toBe(folded)
        expect(foldText(text.toUpperCase()).text).toBe(folded)
      }),
    )
  })

  test('folding what is folded changes nothing', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const folded = foldText(text).text
        expect(foldText(folded).text).toBe(folded)
      }),
      { numRuns: 1_000 },
    )
  })

  test('hostile texts are folded in linear time, and cut', () => {
    const start = performance.now()
    expect(foldText(`a${'\u0301\u0323'.repeat(200_000)}`).text).toBe('a')
    expect(foldText('x'.repeat(1_000_000)).text).toHaveLength(maxSearchText)
    expect(foldText('ﷺ'.repeat(100_000)).text.length).toBeGreaterThan(maxSearchText)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
