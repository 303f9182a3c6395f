import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { SearchChange, SearchDocument, SearchIndex, SearchQuery } from '../ports/search-index.ts'
import { throwIfAborted } from '../store/call-options.ts'
import type { Clock } from '../store/clock.ts'
import { systemClock } from '../store/clock.ts'
import { answerSearch } from './answer-search.ts'
import { assertSearchChanges, assertSearchQuery } from './check-search-input.ts'
import { matchesAll } from './find-places.ts'
import { foldText } from './fold-text.ts'
import { compareNewest } from './rank-hits.ts'

interface Filed {
  readonly document: SearchDocument
  readonly folded: string
  gone: boolean
}

/**
 * The executable meaning of search: reads the newest documents first until it has enough. For tests, development and small
 * installations; a question that matches little reads everything.
 */
export function memorySearchIndex({ clock = systemClock }: { readonly clock?: Clock } = {}): SearchIndex {
  const threads = new Map<string, Map<string, Filed>>()
  let ordered: Filed[] = []
  let isSorted = true
  let gone = 0
  let closed = false

  const remove = (filed: Filed | undefined): void => {
    if (!filed) return
    filed.gone = true
    gone++
  }
  const put = (document: SearchDocument): void => {
    const { threadId, messageId } = document
    const thread = threads.get(threadId) ?? new Map<string, Filed>()
    threads.set(threadId, thread)
    remove(thread.get(messageId))
    const filed = { document: { ...document }, folded: foldText(document.text).text, gone: false }
    thread.set(messageId, filed)
    const newest = ordered.at(-1)
    if (newest && compareNewest(newest.document, document) < 0) isSorted = false
    ordered.push(filed)
  }
  const removeMessage = (threadId: string, messageId: string): void => {
    const thread = threads.get(threadId)
    remove(thread?.get(messageId))
    if (thread?.delete(messageId) && thread.size === 0) threads.delete(threadId)
  }
  const removeThread = (threadId: string): void => {
    for (const filed of threads.get(threadId)?.values() ?? []) remove(filed)
    threads.delete(threadId)
  }
  const apply = (change: SearchChange): void => {
    if (change.type === 'put') put(change.document)
    else if (change.type === 'deleteThread') removeThread(change.threadId)
    else removeMessage(change.threadId, change.messageId)
  }
  /** Oldest first. */
  const everything = (): readonly Filed[] => {
    if (gone * 2 > ordered.length) {
      ordered = ordered.filter((filed) => !filed.gone)
      gone = 0
    }
    if (!isSorted) ordered.sort(oldestFirst)
    isSorted = true
    return ordered
  }
  const filedIn = (threadIds: readonly string[] | undefined): readonly Filed[] => {
    if (!threadIds) return everything()
    const filed = [...new Set(threadIds)].flatMap((id) => [...(threads.get(id)?.values() ?? [])])
    return filed.sort(oldestFirst)
  }
  const assertOpen = (): void => {
    if (closed) throw new ThreadkeepError('CLOSED', 'The search index has been closed.')
  }
  const close = async (): Promise<void> => {
    closed = true
    threads.clear()
    ordered = []
  }

  return {
    name: 'memory',
    async apply(changes, options) {
      assertOpen()
      throwIfAborted(options)
      assertSearchChanges(changes)
      for (const change of changes) apply(change)
    },
    async query(query, options) {
      assertOpen()
      throwIfAborted(options)
      assertSearchQuery(query)
      const passes = filterOf(query, clock.now())
      const filed = filedIn(query.threadIds)
      return answerSearch(query, async (terms, most) => {
        const found: SearchDocument[] = []
        for (let i = filed.length - 1; i >= 0 && found.length < most; i--) {
          const { document, folded, gone } = filed[i]!
          if (!gone && passes(document) && matchesAll(folded, terms)) found.push(document)
        }
        return found
      })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function oldestFirst(a: Filed, b: Filed): number {
  return compareNewest(b.document, a.document)
}

function filterOf(query: SearchQuery, now: number): (document: SearchDocument) => boolean {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query
  const [authors, roles, kinds] = [query.authorIds, query.roles, query.kinds].map((list) => list && new Set(list))
  return ({ authorId, role, kind, createdAt, expiresAt }) =>
    (expiresAt === undefined || expiresAt > now) &&
    createdAt >= from &&
    createdAt < to &&
    (authors?.has(authorId) ?? true) &&
    (roles?.has(role) ?? true) &&
    (kinds?.has(kind) ?? true)
}
