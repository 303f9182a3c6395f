import type { CallOptions } from '../store/call-options.ts'
import type { Millis } from '../store/types.ts'

/**
 * One message as an index holds it. `text` is what people may find it by (its first 65,536 UTF-16 units are searched); the other
 * strings are ids without NUL.
 */
export interface SearchDocument {
  readonly threadId: string
  readonly messageId: string
  readonly seq: number
  readonly authorId: string
  readonly role: string
  readonly kind: string
  readonly createdAt: Millis
  readonly expiresAt?: Millis
  readonly text: string
}

/** What changed. `put` replaces the document of the same thread and message; deleting what is not there is fine. */
export type SearchChange =
  | { readonly type: 'put'; readonly document: SearchDocument }
  | { readonly type: 'delete'; readonly threadId: string; readonly messageId: string }
  | { readonly type: 'deleteThread'; readonly threadId: string }

/** A question to an index. All filters narrow; an absent one does not filter, an empty list finds nothing. */
export interface SearchQuery {
  /** Words; `"several words"` in quotes must stand together. A text without any word finds nothing. */
  readonly text: string
  /** Only these threads; thousands are fine. */
  readonly threadIds?: readonly string[]
  readonly authorIds?: readonly string[]
  readonly roles?: readonly string[]
  readonly kinds?: readonly string[]
  /** Inclusive. */
  readonly from?: Millis
  /** Exclusive. */
  readonly to?: Millis
  /** 0..1; hits below it are left out. From 0.5 a hit has every word, from 0.75 every one as a whole word. */
  readonly minScore?: number
  /** 1–1,000. */
  readonly limit: number
  /** Continue after this hit of the same question. The hit need not exist any more. */
  readonly after?: SearchPosition
}

/** Where a hit stands in the answer: best score first, then newest, then the greater message id, then thread id (by bytes). */
export interface SearchPosition {
  readonly score: number
  readonly createdAt: Millis
  readonly messageId: string
  readonly threadId: string
}

/** UTF-16 offsets `[start, end)` into the text that was indexed. */
export interface Highlight {
  readonly start: number
  readonly end: number
}

/** One answer: which message, how relevant (0..1, four decimals), and what to mark in its text (in order, disjoint). */
export interface SearchHit extends SearchPosition {
  readonly seq: number
  readonly highlights: readonly Highlight[]
}

/**
 * Finds messages by their words. An index is a projection: it may be behind, may be rebuilt, and is never the authority
 * on who may see what. Every index gives the same answer to the same question over the same documents.
 *
 * - `apply` is all-or-nothing and idempotent; changes take effect in their order and are seen by the next `query`.
 * - A document whose `expiresAt` has passed is never found.
 * - A hit with every word of the question stands before one that has only some.
 * - Bad input is refused with `INVALID` before anything is written; after `close` every call rejects with `CLOSED`.
 */
export interface SearchIndex extends AsyncDisposable {
  readonly name: string
  apply(changes: readonly SearchChange[], options?: CallOptions): Promise<void>
  query(query: SearchQuery, options?: CallOptions): Promise<readonly SearchHit[]>
  close(): Promise<void>
}
