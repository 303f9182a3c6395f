import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'

export interface UserStats {
  readonly userId: string
  /** Threads the user owns or is a member of. */
  readonly totalThreads: number
  /** Readable messages in those threads. */
  readonly totalMessages: number
  readonly averageMessagesPerThread: number
  /** Readable messages the user wrote, anywhere. */
  readonly authoredMessages: number
  readonly firstActivityAt?: Millis
  readonly lastActivityAt?: Millis
  /** Everything up to this moment is counted. */
  readonly asOf: Millis
}

export interface ThreadStats {
  readonly threadId: string
  readonly messageCount: number
  readonly byRole: { readonly user: number; readonly assistant: number; readonly system: number; readonly tool: number }
  readonly firstMessageAt?: Millis
  readonly lastMessageAt?: Millis
  readonly durationMs: number
  /** Code points of text per message. */
  readonly averageLength: number
  /** Assistant messages per user message; 0 without user messages. */
  readonly responseRatio: number
  /** From a user message to the next assistant message; absent before the first answer. */
  readonly responseTimeMedianMs?: number
  readonly responseTimeP95Ms?: number
  readonly asOf: Millis
}

export interface SystemStats {
  readonly totalUsers: number
  readonly totalThreads: number
  readonly totalMessages: number
  /** UTF-8 bytes of all live messages' content, data and metadata, plus ready attachments. */
  readonly storageBytes: number
  readonly averageMessagesPerUser: number
  readonly averageMessagesPerThread: number
  readonly asOf: Millis
}

/** One UTC day. */
export interface DayCount {
  /** `2026-01-31`. */
  readonly day: string
  readonly messages: number
}

export interface Drift {
  readonly what: string
  readonly counted: number
  readonly stored: number
}

/** Counts. At any quiet moment they equal a recount. */
export interface Stats {
  /** Oneself, or anyone with `stats:system`. */
  user(actor: Actor, userId: string): Promise<UserStats>
  thread(actor: Actor, threadId: string): Promise<ThreadStats>
  /** In one store call; undefined for threads the actor cannot see. */
  threads(actor: Actor, threadIds: readonly string[]): Promise<readonly (ThreadStats | undefined)[]>
  /** Needs `stats:system`. */
  system(actor: Actor): Promise<SystemStats>
  /** Messages per UTC day, oldest first, days without messages included: of a thread, or of the system (`stats:system`). */
  perDay(
    actor: Actor,
    query: { readonly threadId?: string; readonly from: Millis; readonly to: Millis },
  ): Promise<readonly DayCount[]>
  /** Recounts everything and reports what differs; with `repair`, mends it. Needs `admin`. */
  reconcile(actor: Actor, options?: { readonly repair?: boolean }): Promise<readonly Drift[]>
}
