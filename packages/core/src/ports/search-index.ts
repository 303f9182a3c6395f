import type { CallOptions } from '../store/call-options.ts'
import type { Millis } from '../store/types.ts'

/** One message as an index holds it. `text` is what people may find it by; nothing else is searched. */
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

/** A question to an index. All filters narrow; an absent one does not filter. */
export interface SearchQuery {
  readonly text: string
  /** Only these threads. An empty list finds nothing. */
  readonly threadIds?: readonly string[]
  readonly authorIds?: readonly string[]
  readonly roles?: readonly string[]
  readonly kinds?: readonly string[]
  /** Inclusive. */
  readonly from?: Millis
  /** Exclusive. */
  readonly to?: Millis
  /** 0..1; hits below it are left out. */
  readonly minScore?: number
  readonly limit: number
  /** Continue after this hit of the same question. */
  readonly after?: SearchPosition
}

/** Where a hit stands in the answer: best score first, then newest, then message id. */
export interface SearchPosition {
  readonly score: number
  readonly createdAt: Millis
  readonly messageId: string
}

/** UTF-16 offsets `[start, end)` into the text that was indexed. */
export interface Highlight {
  readonly start: number
  readonly end: number
}

/** One answer: which message, how relevant (0..1), and what to mark in its text. */
export interface SearchHit extends SearchPosition {
  readonly threadId: string
  readonly seq: number
  readonly highlights: readonly Highlight[]
}

/**
 * Finds messages by their words. An index is a projection: it may be behind, may be rebuilt, and is never the authority
 * on who may see what. `apply` is idempotent and all-or-nothing; expired documents are never found.
 */
export interface SearchIndex extends AsyncDisposable {
  readonly name: string
  apply(changes: readonly SearchChange[], options?: CallOptions): Promise<void>
  query(query: SearchQuery, options?: CallOptions): Promise<readonly SearchHit[]>
  close(): Promise<void>
}
