import type { SearchHit, SearchQuery } from '../ports/search-index.ts'
import { maxCandidates } from './limits.ts'
import type { SearchCandidate } from './rank-hits.ts'
import { rankHits } from './rank-hits.ts'
import { everyTermScore, wholeWordsScore } from './score-match.ts'
import type { SearchTerm } from './search-terms.ts'
import { searchTerms } from './search-terms.ts'

/**
 * What an index brings of its own. Answers, in any order, exactly the `most` newest live documents (`compareNewest`) that pass the
 * filters of the query and match every term (`matchesAll`), or all of them when there are fewer.
 */
export type FindNewest = (terms: readonly SearchTerm[], most: number) => Promise<readonly SearchCandidate[]>

// Documents with only some of the terms are looked for in small portions, so that a rare word is not drowned by a common one.
const portion = 50

/**
 * Answers a query, the same way on every index. Looked at are, until there are enough hits:
 *
 * 1. the 1,000 newest documents with all terms in whole words;
 * 2. the 1,000 newest with all terms, the last one as a prefix;
 * 3. for each term, the 50 newest with this one, and the 50 newest with all others in whole words.
 *
 * A step that finds its full 1,000 is the last. Scores of a later step are below those of an earlier one, so pages fit together.
 */
export async function answerSearch(query: SearchQuery, findNewest: FindNewest): Promise<readonly SearchHit[]> {
  const terms = searchTerms(query.text)
  if (terms.length === 0) return []
  const { minScore = 0 } = query
  const ranking = rankHits(query, terms)
  const isDone = (found: readonly SearchCandidate[]): boolean => {
    ranking.offer(found)
    return found.length >= maxCandidates || ranking.isFull()
  }

  const whole = terms.map((term) => (term.prefix ? { ...term, prefix: false } : term))
  if (isDone(await findNewest(whole, maxCandidates)) || minScore >= wholeWordsScore) return ranking.hits()
  const hasPrefix = terms.some((term) => term.prefix)
  if (hasPrefix && isDone(await findNewest(terms, maxCandidates))) return ranking.hits()
  if (terms.length > 1 && minScore < everyTermScore) {
    const parts = [
      ...terms.map((term) => [term]),
      ...(terms.length > 2 ? whole.map((_, i) => whole.toSpliced(i, 1)) : []),
    ]
    for (const found of await Promise.all(parts.map((part) => findNewest(part, portion)))) ranking.offer(found)
  }
  return ranking.hits()
}
