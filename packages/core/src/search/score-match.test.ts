import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldText } from './fold-text.ts'
import { everyTermScore, scoreMatch, wholeWordsScore } from './score-match.ts'
import { searchTerms } from './search-terms.ts'

const score = (text: string, question: string): number => scoreMatch(foldText(text).text, searchTerms(question))

const filler = fc.array(fc.constantFrom('the', 'of', 'ticket', 'today', 'and'), { maxLength: 12 })
const place = (words: readonly string[], at: number, ...added: readonly string[]): string =>
  words.toSpliced(Math.min(at, words.length), 0, ...added).join(' ')

describe('scoreMatch', () => {
  test('is within 0..1, has four decimals, and is 0 exactly when no term matches', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 12 }), (text, question) => {
        const found = score(text, question)
        expect(found >= 0 && found <= 1).toBe(true)
        expect(Math.round(found * 10_000) / 10_000).toBe(found)
      }),
    )
    expect(score('nothing here', 'refund')).toBe(0)
    expect(score('refund', 'refund')).toBe(1)
    expect(score('Billing refund!', 'billing refund')).toBeGreaterThan(0.98)
  })

  test('all terms score above some terms, whatever surrounds them', () => {
    fc.assert(
      fc.property(filler, filler, fc.nat(12), fc.nat(12), (words, others, at, also) => {
        const all = place([...words, 'billing'], at, 'refund')
        const some = place(others, also, 'billing', 'billing')
        expect(score(all, 'billing refund')).toBeGreaterThanOrEqual(wholeWordsScore)
        expect(score(some, 'billing refund')).toBeLessThan(everyTermScore)
      }),
    )
  })

  test('whole words score above beginnings of longer ones, whatever surrounds them', () => {
    fc.assert(
      fc.property(filler, filler, fc.nat(12), fc.nat(12), (words, others, at, also) => {
        const begun = score(place(others, also, 'billing', 'refundable'), 'billing refund')
        expect(begun).toBeGreaterThanOrEqual(everyTermScore)
        expect(begun).toBeLessThan(wholeWordsScore)
        expect(score(place([...words, 'refund'], at, 'billing'), 'billing refund')).toBeGreaterThan(begun)
      }),
    )
  })

  test('the same words score higher together than apart, and the nearer the higher', () => {
    const distances = [0, 1, 3, 9].map((n) => [
      'billing',
      ...Array(n).fill('word'),
      'refund',
      ...Array(9 - n).fill('word'),
    ])
    const scores = distances.map((words) => score(words.join(' '), 'billing refund'))
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(new Set(scores).size).toBe(scores.length)
  })

  test('more of what was typed scores higher, and so does a shorter text', () => {
    expect(score('refunding', 'refundin')).toBeGreaterThan(score('refunding', 'ref'))
    expect(score('a refund', 'refund')).toBeGreaterThan(score('a refund of many days', 'refund'))
    expect(score('a refund, refund', 'refund')).toBeGreaterThan(score('a refund, denied', 'refund'))
  })

  test('each further term of several that matches scores higher', () => {
    const question = 'alpha bravo charlie delta echo missing'
    const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo']
    const scores = words.map((_, n) => score([...words.slice(0, n + 1), 'x'.repeat(40)].join(' '), question))
    expect(scores).toEqual(scores.toSorted((a, b) => a - b))
  })

  test('a hostile text costs little', () => {
    const start = performance.now()
    score('a b '.repeat(16_000), Array.from({ length: 16 }, (_, n) => (n % 2 ? 'a' : 'b') + 'x'.repeat(n)).join(' '))
    score('x'.repeat(65_000), 'x')
    score(`a${'-'.repeat(65_000)}`.repeat(2), 'a-b')
    score('a - '.repeat(16_000), 'a-b')
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
