import type { JsonObject, Millis, Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Page, PageRequest } from '../kernel/page.ts'
import type { Thread } from '../threads/threads.types.ts'

export type Role = 'user' | 'assistant' | 'system' | 'tool'

/** A piece of a message. `text` parts are counted, searched and limited; any other type is kept as it is. */
export type ContentPart = { readonly type: 'text'; readonly text: string } | (JsonObject & { readonly type: string })

/** Text, or parts in order. */
export type Content = string | readonly ContentPart[]

/** One item of a thread. */
export interface Message {
  readonly id: string
  readonly threadId: string
  /** Its place: 1, 2, 3 … in the order of commits, without gaps at the time of writing. */
  readonly seq: number
  /** `message` or a registered kind (`tool_call`, `widget`, …); unknown kinds are kept untouched. */
  readonly kind: string
  readonly role: Role
  /** Who speaks: need not be the thread's owner or the actor who wrote it. */
  readonly authorId: string
  /** Absent for kinds that carry only `data`, and for deleted messages. */
  readonly content?: Content
  readonly data?: JsonObject
  readonly metadata: JsonObject
  readonly replyTo?: string
  readonly attachments: readonly string[]
  readonly clientId?: string
  readonly createdAt: Millis
  readonly expiresAt?: Millis
  readonly editedAt?: Millis
  /** How often it was edited. */
  readonly edits: number
  /** Set on a soft-deleted message, which then shows no content, data or metadata. */
  readonly deletedAt?: Millis
  readonly deletedBy?: string
  readonly version: Version
}

export interface NewMessage {
  /** Default: made by the id source. `MESSAGE_EXISTS` when taken in this thread. */
  readonly id?: string
  /** Makes the append repeatable: the same author and client id within 24 h answer the first result. */
  readonly clientId?: string
  /** Default `message`. */
  readonly kind?: string
  /** Default `user`. Other roles need the editor's rights. */
  readonly role?: Role
  /** Default: the actor. Another author needs the editor's rights, and a role other than `user`. */
  readonly authorId?: string
  readonly content?: Content
  readonly data?: JsonObject
  readonly metadata?: JsonObject
  readonly replyTo?: string
  /** Ids of the actor's own finished uploads. */
  readonly attachments?: readonly string[]
  /** Seconds until it is gone. */
  readonly ttl?: number
}

export interface AppendResult {
  readonly message: Message
  /** The thread as this append left it. */
  readonly thread: Thread
  /** True when an earlier append with the same client id is answered. */
  readonly deduplicated: boolean
  /** The event of this append: subscribe after it to see what follows. */
  readonly eventSeq: number
}

export interface MessagePatch {
  /** What it is from now on. Hidden kinds stay what they are, and nothing becomes one. */
  readonly kind?: string
  readonly content?: Content
  readonly data?: JsonObject
  /** Merge patch (RFC 7396); null clears. */
  readonly metadata?: JsonObject | null
}

/** An earlier state of an edited message. */
export interface MessageEdit {
  readonly content?: Content
  readonly data?: JsonObject
  readonly metadata: JsonObject
  readonly editedAt: Millis
  readonly editedBy: string
}

/** All named filters must hold. */
export interface MessageFilter {
  readonly roles?: readonly Role[]
  readonly authorIds?: readonly string[]
  readonly kinds?: readonly string[]
  /** Inclusive. */
  readonly from?: Millis
  /** Exclusive. */
  readonly to?: Millis
  /** Every named top-level value equals. */
  readonly metadata?: JsonObject
  readonly hasAttachment?: boolean
  /** Default false: soft-deleted messages are left out. */
  readonly includeDeleted?: boolean
}

/** Where a page starts when it is neither the first nor the last: around a message, or at a moment. */
export interface MessagePageRequest extends PageRequest {
  /** `first` messages in all, half of them before this one. */
  readonly around?: string
  /** In place of the cursors: right after, or right before, this message, deleted or not. */
  readonly afterId?: string
  readonly beforeId?: string
  /** Starts with the first message created at or after this moment. */
  readonly at?: Millis
  readonly filter?: MessageFilter
}

/** How far a member has got. A private read marker is shown to nobody else. */
export interface Receipt {
  readonly userId: string
  readonly readSeq: number
  readonly deliveredSeq: number
}

export interface Unread {
  readonly threadId: string
  /** Readable messages by others after the read marker, counted up to 100. */
  readonly count: number
  /** There are more than were counted. */
  readonly more: boolean
  readonly readSeq: number
}

export interface StreamOptions {
  /** Default 100. */
  readonly batchSize?: number
  /** After this seq. Default 0: from the beginning. */
  readonly afterSeq?: number
  /** Keep going with what comes, until the Threadkeep closes. Default false: end at the end; closing before that is `CLOSED`. */
  readonly live?: boolean
  readonly filter?: MessageFilter
  readonly signal?: AbortSignal
}

export interface HistoryQuery {
  /** The direct thread with this person. */
  readonly withUser?: string
  /** Only what this person wrote, in all of the actor's threads. */
  readonly senderId?: string
  readonly since?: Millis
  /** Default 50: the newest ones, oldest first. */
  readonly limit?: number
}

export type Feedback = 'positive' | 'negative'

/** What somebody thinks of a message. */
export interface Opinion {
  readonly userId: string
  readonly feedback: Feedback
  readonly at: Millis
}

/** What is said in threads. */
export interface Messages {
  append(actor: Actor, threadId: string, message: NewMessage): Promise<AppendResult>
  /** Up to 100, in one commit: all or none. */
  appendMany(actor: Actor, threadId: string, messages: readonly NewMessage[]): Promise<readonly AppendResult[]>
  get(actor: Actor, threadId: string, messageId: string): Promise<Message>
  getMany(
    actor: Actor,
    refs: readonly { readonly threadId: string; readonly seq: number }[],
  ): Promise<readonly (Message | undefined)[]>
  page(actor: Actor, threadId: string, request?: MessagePageRequest): Promise<Page<Message>>
  /** The newest `count`, oldest first. */
  newest(actor: Actor, threadId: string, count: number, filter?: MessageFilter): Promise<readonly Message[]>
  /** The newest message of each thread, in two store calls for all. */
  last(actor: Actor, threadIds: readonly string[]): Promise<readonly (Message | undefined)[]>
  history(actor: Actor, query?: HistoryQuery): Promise<readonly Message[]>
  /** Batches in order; the next is read when the consumer asks for it. */
  stream(actor: Actor, threadId: string, options?: StreamOptions): AsyncIterable<readonly Message[]>
  edit(
    actor: Actor,
    threadId: string,
    messageId: string,
    patch: MessagePatch,
    options?: { readonly version?: Version },
  ): Promise<Message>
  /** The newest `limit` (default and most: 100), oldest first; with `before`, only those before that one, counted from 1. */
  edits(
    actor: Actor,
    threadId: string,
    messageId: string,
    options?: { readonly limit?: number; readonly before?: number },
  ): Promise<readonly MessageEdit[]>
  /** `soft` (default) can be restored; `hard` cannot. */
  delete(
    actor: Actor,
    threadId: string,
    messageId: string,
    options?: { readonly mode?: 'soft' | 'hard' },
  ): Promise<void>
  restore(actor: Actor, threadId: string, messageId: string): Promise<Message>
  /** Forward only. Private: only the actor's own counts move, others see no receipt. */
  markRead(
    actor: Actor,
    threadId: string,
    to: { readonly seq: number } | { readonly messageId: string },
    options?: { readonly private?: boolean },
  ): Promise<Receipt>
  markDelivered(actor: Actor, threadId: string, seq: number): Promise<Receipt>
  receipts(actor: Actor, threadId: string): Promise<readonly Receipt[]>
  unread(actor: Actor, threadIds: readonly string[]): Promise<readonly Unread[]>
  /** A hint to the others in the thread; nothing is stored. */
  typing(actor: Actor, threadId: string, typing?: boolean): Promise<void>
  /** The actor's opinion of some messages; null withdraws it. */
  feedback(actor: Actor, threadId: string, messageIds: readonly string[], feedback: Feedback | null): Promise<void>
  /** Opinions on one message. */
  feedbackOf(actor: Actor, threadId: string, messageId: string): Promise<readonly Opinion[]>
  /** The same for many; undefined where `getMany` answers none. */
  feedbackOfMany(
    actor: Actor,
    refs: readonly { readonly threadId: string; readonly seq: number }[],
  ): Promise<readonly (readonly Opinion[] | undefined)[]>
}
