import type { SearchDocument, SearchHit, SearchPosition, SearchQuery } from '../ports/search-index.ts'
import { compareBytes } from '../store/keys.ts'
import { foldText } from './fold-text.ts'
import { markPlaces } from './mark-places.ts'
import { scoreMatch } from './score-match.ts'
import type { SearchTerm } from './search-terms.ts'

/** What ranking needs of a document. */
export type SearchCandidate = Pick<SearchDocument, 'threadId' | 'messageId' | 'seq' | 'createdAt' | 'text'>

/** The hits of one page, in the making. */
export interface Ranking {
  /** Scores the candidates and keeps those that belong on the page. One that is offered again changes nothing. */
  offer(candidates: readonly SearchCandidate[]): void
  isFull(): boolean
  hits(): readonly SearchHit[]
}

interface Ranked extends SearchPosition {
  readonly candidate: SearchCandidate
}

/** Newest first; of one instant the greater message id, then the greater thread id, by their UTF-8 bytes. */
export function compareNewest(a: Omit<SearchPosition, 'score'>, b: Omit<SearchPosition, 'score'>): number {
  return b.createdAt - a.createdAt || compareBytes(b.messageId, a.messageId) || compareBytes(b.threadId, a.threadId)
}

/** Best score first, then newest. */
function compareRank(a: SearchPosition, b: SearchPosition): number {
  return b.score - a.score || compareNewest(a, b)
}

/** Keeps the first `limit` hits after `after`. */
export function rankHits({ limit, after, minScore = 0 }: SearchQuery, terms: readonly SearchTerm[]): Ranking {
  const page: Ranked[] = []

  const place = (ranked: Ranked): void => {
    let at = page.length
    while (at > 0 && compareRank(ranked, page[at - 1]!) < 0) at--
    if (at > 0 && compareRank(ranked, page[at - 1]!) === 0) return
    page.splice(at, 0, ranked)
    if (page.length > limit) page.pop()
  }

  return {
    offer(candidates) {
      for (const candidate of candidates) {
        const { threadId, messageId, createdAt, text } = candidate
        const score = scoreMatch(foldText(text).text, terms)
        if (score === 0 || score < minScore) continue
        if (page.length === limit && score < page[limit - 1]!.score) continue
        const ranked = { score, createdAt, messageId, threadId, candidate }
        if (!after || compareRank(after, ranked) < 0) place(ranked)
      }
    },
    isFull: () => page.length === limit,
    hits: () =>
      page.map(({ score, candidate: { threadId, messageId, seq, createdAt, text } }) => {
        return { threadId, messageId, seq, createdAt, score, highlights: markPlaces(text, terms) }
      }),
  }
}
