import type { Highlight } from '../../ports/search-index.ts'
import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Message, Role } from '../messages/messages.types.ts'

export interface SearchRequest {
  readonly query: string
  readonly threadIds?: readonly string[]
  /** Whose messages: default everyone's in the threads that the actor may see. */
  readonly userIds?: readonly string[]
  readonly roles?: readonly Role[]
  readonly kinds?: readonly string[]
  readonly from?: Millis
  readonly to?: Millis
  readonly minRelevanceScore?: number
  /** Default 20. */
  readonly limit?: number
  readonly after?: string
  /** So many messages before and after each hit. Default 0. */
  readonly context?: number
  /** All threads of everyone: needs the scope `search:any` and is audited. */
  readonly anyUser?: boolean
}

export interface SearchResult {
  readonly message: Message
  readonly threadId: string
  /** 0..1, the same on every backend and independent of what else is stored. */
  readonly relevanceScore: number
  /** The searchable text that the highlights point into. */
  readonly text: string
  readonly highlights: readonly Highlight[]
  readonly before: readonly Message[]
  readonly after: readonly Message[]
}

export interface SearchAnswer {
  readonly results: readonly SearchResult[]
  readonly nextCursor?: string
  /** Everything committed up to this moment has been indexed; absent when nothing is waiting. */
  readonly indexedThrough?: Millis
}

/** Finding messages by their words. What is answered was read from the store with the actor's rights a moment ago. */
export interface Search {
  messages(actor: Actor, request: SearchRequest): Promise<SearchAnswer>
}
