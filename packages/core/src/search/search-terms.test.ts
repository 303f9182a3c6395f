import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesAll } from './find-places.ts'
import { foldText } from './fold-text.ts'
import { maxTerms } from './limits.ts'
import type { SearchTerm, TokenLookup } from './search-terms.ts'
import { lookupOf, searchTerms } from './search-terms.ts'
import type { SearchTokens } from './search-tokens.ts'
import { searchTokens } from './search-tokens.ts'

const literals = (question: string): string[] =>
  searchTerms(question).map(({ literal, prefix }) => (prefix ? `${literal}*` : literal))

/** What an index does with a lookup, done plainly. */
function isFiled({ words, extras }: SearchTokens, { tokens, among, prefix }: TokenLookup): boolean {
  const filed = among === 'words' ? words : extras
  const last = tokens.length - 1
  return filed.some((_, at) =>
    tokens.every((token, k) => {
      const candidate = filed[at + k]
      return prefix && k === last ? (candidate?.startsWith(token) ?? false) : candidate === token
    }),
  )
}

describe('searchTerms', () => {
  test.each([
    ['billing refund', ['billing', 'refund*']],
    ['  Billing,refund! ', ['billing', 'refund*']],
    ['ORDER-12345', ['order-12345*']],
    ['see user@example.com.', ['see', 'user@example.com*']],
    ['c++ or C#', ['c++', 'or', 'c#']],
    ['@Ann', ['@ann*']],
    ['...so', ['so*']],
    ['"billing refund" now', ['billing refund', 'now*']],
    ['now "billing refund"', ['now', 'billing refund']],
    ['“billing refund”', ['billing refund']],
    ['5" screen', ['5', 'screen*']],
    ['to be to be', ['to', 'be']],
    ['a', ['a']],
    ['iPhone手机', ['iphone', '手机']],
    ['https://example.com/a?b=c', ['https://example.com/a', 'b=c']],
    ['?!', []],
  ])('%j asks for %j', (question, expected) => {
    expect(literals(question)).toEqual(expected)
  })

  test('a question of any length has at most 16 terms', () => {
    const question = Array.from({ length: 500 }, (_, n) => `w${n}`).join(' ')
    expect(literals(question)).toHaveLength(maxTerms)
    expect(searchTerms('x-'.repeat(5_000))[0]!.words.length).toBeLessThanOrEqual(maxTerms)
  })

  test('an index finds by its tokens exactly the texts that match', () => {
    const pieces = [
      'a',
      'ab',
      'b',
      'c++',
      '#',
      '+',
      '@',
      '.',
      '-',
      ' ',
      ' ',
      '"',
      '東京',
      '都',
      '서',
      'ส',
      'ี',
      '👍',
      '🏽',
    ]
    const text = fc.array(fc.constantFrom(...pieces, 'ß', 'é', 'e\u0301', 'x'.repeat(64), '𐐀'), { maxLength: 14 })
    const agree = (document: readonly string[], question: readonly string[]): void => {
      const folded = foldText(document.join('')).text
      const tokens = searchTokens(folded)
      const check = (term: SearchTerm): void => {
        expect([term, matchesAll(folded, [term])]).toEqual([term, isFiled(tokens, lookupOf(term))])
      }
      for (const term of searchTerms(question.join(''))) {
        check(term)
        check({ ...term, prefix: false })
      }
    }
    fc.assert(fc.property(text, text, agree), { numRuns: 2_000 })
    // Also with a part of the text itself as the question, which is found more often.
    const part = fc
      .tuple(text, fc.nat(14), fc.nat(5))
      .map(([all, at, count]) => [all, all.slice(at, at + count)] as const)
    fc.assert(
      fc.property(part, ([document, question]) => agree(document, question)),
      { numRuns: 2_000 },
    )
  })
})
