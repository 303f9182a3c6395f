import type { Millis } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Message } from '../messages/messages.types.ts'

/** What a subscriber receives. `cursor` resumes right after it. */
export type LiveItem =
  /** The subscription stands: everything after this cursor follows. */
  | { readonly type: 'start'; readonly threadId?: string; readonly cursor: string }
  | { readonly type: 'event'; readonly event: DomainEvent; readonly message?: Message; readonly cursor: string }
  /** Events between the cursor given and this one are no longer kept: read the thread anew, then go on from here. */
  | { readonly type: 'gap'; readonly threadId?: string; readonly cursor: string }
  /** Somebody's marker moved: a hint, neither resumable nor complete. */
  | {
      readonly type: 'receipt'
      readonly threadId: string
      readonly userId: string
      readonly readSeq: number
      readonly deliveredSeq: number
      readonly cursor: string
    }
  /** A hint, not stored. */
  | {
      readonly type: 'typing'
      readonly threadId: string
      readonly userId: string
      readonly typing: boolean
      readonly at: Millis
      readonly cursor: string
    }

export interface SubscribeOptions {
  /** A cursor of an earlier item, or of `AppendResult`. Absent: only what comes from now on. */
  readonly after?: string
  /** Without `after`: a `start` item comes first, so that a subscription cut before its first event can be resumed. Default false. */
  readonly tellStart?: boolean
  readonly signal?: AbortSignal
  /** New items that wait for a slow consumer before its subscription ends with `SLOW_CONSUMER`. Default 1,000. What it missed before waits in the store. */
  readonly maxBuffered?: number
}

/**
 * Live updates: from the cursor on, in `eventSeq` order, without gap or duplicate, then as they are committed. Ends
 * when the actor loses the thread. A message that is gone by the time it is read comes without `message`.
 */
export interface Live {
  thread(actor: Actor, threadId: string, options?: SubscribeOptions): AsyncIterableIterator<LiveItem>
  /** All threads of the actor: ordered within each thread. */
  viewer(actor: Actor, options?: SubscribeOptions): AsyncIterableIterator<LiveItem>
  /** The cursor that stands right after event `eventSeq` of a thread. */
  cursorAt(threadId: string, eventSeq: number): Promise<string>
}
