import type { SearchChange, SearchDocument, SearchHit, SearchIndex, SearchQuery } from '../../ports/search-index.ts'
import type { Clock, ManualClock } from '../../store/clock.ts'
import { manualClock } from '../../store/clock.ts'

/** How a case gets its index: fresh and empty at each call, telling time by `clock` alone. The case closes it. */
export interface SearchFixture {
  open(clock: Clock): Promise<SearchIndex>
}

/** One sentence of the search contract as a test: resolves when it holds, throws an `Error` that says what broke. */
export interface SearchCase {
  readonly name: string
  run(fixture: SearchFixture): Promise<void>
}

/** Builds a case whose index is opened before and closed after. Time stands still unless the case moves it forward. */
export function searchCase(name: string, body: (index: SearchIndex, clock: ManualClock) => Promise<void>): SearchCase {
  return {
    name,
    async run(fixture) {
      // An index that removes expired documents by itself counts real time, so the case starts at the real now.
      const clock = manualClock(Date.now())
      const index = await fixture.open(clock)
      try {
        await body(index, clock)
      } finally {
        await index.close()
      }
    },
  }
}

/** When the documents of the cases were written, unless they say otherwise. */
export const longAgo = Date.UTC(2024, 0, 1)

/** A document of thread `t`; `id` is its message id. */
export function doc(id: string, text: string, rest: Partial<SearchDocument> = {}): SearchDocument {
  const base = { threadId: 't', messageId: id, seq: 1, authorId: 'ann', role: 'user', kind: 'message' }
  return { ...base, createdAt: longAgo, text, ...rest }
}

/** Files documents. */
export async function file(index: SearchIndex, ...documents: readonly SearchDocument[]): Promise<void> {
  await index.apply(documents.map((document): SearchChange => ({ type: 'put', document })))
}

/** The hits of a question. */
export function hits(index: SearchIndex, text: string, rest: Partial<SearchQuery> = {}): Promise<readonly SearchHit[]> {
  return index.query({ text, limit: 50, ...rest })
}

/** The message ids of a question's hits, in order. */
export async function ids(index: SearchIndex, text: string, rest: Partial<SearchQuery> = {}): Promise<string[]> {
  return (await hits(index, text, rest)).map((hit) => hit.messageId)
}

/** What each hit marks: its message id, and the marked parts of `texts[id]`. */
export async function marked(
  index: SearchIndex,
  question: string,
  texts: Readonly<Record<string, string>>,
): Promise<Record<string, string[]>> {
  const found = await hits(index, question)
  return Object.fromEntries(
    found.map(({ messageId, highlights }) => [
      messageId,
      highlights.map(({ start, end }) => texts[messageId]!.slice(start, end)),
    ]),
  )
}
