import type { JsonObject, Millis, Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Page, PageRequest } from '../kernel/page.ts'

/** What a member may do grows from left to right; see `access.ts` for the table. */
export type MemberRole = 'viewer' | 'member' | 'editor' | 'owner'

/** Locked and closed threads take no new messages; only closed ones leave the default list of active ones. */
export type ThreadStatus =
  | { readonly type: 'active' }
  | { readonly type: 'locked'; readonly reason?: string }
  | { readonly type: 'closed'; readonly reason?: string }

/** What leaves a thread by itself: messages older than `maxAge` milliseconds, or beyond the newest `maxMessages`. */
export interface Retention {
  readonly maxAge?: Millis
  readonly maxMessages?: number
}

/** A conversation. */
export interface Thread {
  readonly id: string
  readonly title: string
  readonly status: ThreadStatus
  readonly ownerId: string
  readonly metadata: JsonObject
  readonly createdAt: Millis
  readonly updatedAt: Millis
  readonly lastActivityAt: Millis
  /** The seq of the newest message ever appended; 0 before the first. */
  readonly seq: number
  /** How many events the thread has seen. */
  readonly eventSeq: number
  /** Messages that can be read now: neither deleted nor expired. */
  readonly messageCount: number
  readonly memberCount: number
  readonly direct: boolean
  readonly retention?: Retention
  readonly legalHold?: boolean
  readonly forkedFrom?: { readonly threadId: string; readonly messageId: string }
  /** Set while the thread is deleted but can still be restored. */
  readonly deletedAt?: Millis
  readonly version: Version
}

/** One person's place in a thread. */
export interface Member {
  readonly threadId: string
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: Millis
  /** The newest seq this member has read and, unless private, shows as read. */
  readonly readSeq: number
  readonly deliveredSeq: number
  readonly archived: boolean
  readonly muted: boolean
}

export interface NewThread {
  readonly id?: string
  /** What to do when `id` is taken by a thread of the actor's: default `error` (`THREAD_EXISTS`). A foreign thread is always `THREAD_EXISTS`. */
  readonly ifExists?: 'error' | 'return'
  readonly title?: string
  readonly metadata?: JsonObject
  readonly members?: readonly { readonly userId: string; readonly role?: MemberRole }[]
  readonly retention?: Retention
}

export interface ThreadPatch {
  readonly title?: string
  /** Merge patch (RFC 7396); null clears. */
  readonly metadata?: JsonObject | null
  readonly retention?: Retention | null
}

export interface ThreadFilter {
  readonly status?: ThreadStatus['type'] | readonly ThreadStatus['type'][]
  /** Every named top-level value equals. */
  readonly metadata?: JsonObject
  /** Default false: only threads the actor has not archived; `'any'` lists both. */
  readonly archived?: boolean | 'any'
  /** Case- and diacritics-folded substring. */
  readonly title?: string
  readonly direct?: boolean
}

/** Conversations. Only members see a thread; for everyone else it does not exist. */
export interface Threads {
  create(actor: Actor, input?: NewThread): Promise<Thread>
  get(actor: Actor, threadId: string): Promise<Thread>
  getMany(actor: Actor, threadIds: readonly string[]): Promise<readonly (Thread | undefined)[]>
  /** The actor's threads: newest activity first by default. `messages` sorts by message count. */
  list(
    actor: Actor,
    query?: PageRequest & {
      /** In place of a cursor, with the sort `created`: right after this thread, deleted or not. */
      readonly afterId?: string
      readonly sort?: 'activity' | 'created' | 'messages'
      readonly direction?: 'desc' | 'asc'
      readonly filter?: ThreadFilter
    },
  ): Promise<Page<Thread>>
  /** With `replace`, the metadata given takes the place of all there was. */
  update(
    actor: Actor,
    threadId: string,
    patch: ThreadPatch,
    options?: { readonly version?: Version; readonly replace?: boolean },
  ): Promise<Thread>
  setStatus(actor: Actor, threadId: string, status: ThreadStatus): Promise<Thread>
  members(actor: Actor, threadId: string, query?: PageRequest): Promise<Page<Member>>
  member(actor: Actor, threadId: string, userId: string): Promise<Member>
  addMember(actor: Actor, threadId: string, userId: string, role?: MemberRole): Promise<Member>
  setRole(actor: Actor, threadId: string, userId: string, role: MemberRole): Promise<Member>
  /** Also for leaving. The last owner cannot go: hand the thread over first (`CONFLICT`). */
  removeMember(actor: Actor, threadId: string, userId: string): Promise<void>
  /** Per user: an archived thread comes back to the list when asked for with the filter. */
  archive(actor: Actor, threadId: string, archived?: boolean): Promise<void>
  mute(actor: Actor, threadId: string, muted?: boolean): Promise<void>
  /** The one direct thread of the two, made when there is none: two callers at once get the same. `NOT_FOUND` for someone who has blocked the actor. */
  direct(actor: Actor, userId: string): Promise<Thread>
  /** A new thread of the actor's with copies of the messages up to and including this one. */
  fork(actor: Actor, threadId: string, messageId: string, input?: NewThread): Promise<Thread>
  /** Removes every message after this one (and this one, when `inclusive`). Answers how many left. */
  truncate(
    actor: Actor,
    threadId: string,
    messageId: string,
    options?: { readonly inclusive?: boolean },
  ): Promise<number>
  /** Hides at once; purges after the grace. `LEGAL_HOLD` while held. */
  delete(actor: Actor, threadId: string, options?: { readonly immediate?: boolean }): Promise<void>
  /** Within the grace only. */
  restore(actor: Actor, threadId: string): Promise<Thread>
  /** A held thread keeps everything: no delete, truncate, retention or purge. `admin`. */
  setLegalHold(actor: Actor, threadId: string, held: boolean): Promise<Thread>
}
