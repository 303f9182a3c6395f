import type { Millis } from '../../store/types.ts'

/** What can happen. The part before the dot is what it happened to. */
export type EventType =
  | 'thread.created'
  | 'thread.updated'
  | 'thread.deleted'
  | 'thread.restored'
  | 'thread.purged'
  | 'member.added'
  | 'member.updated'
  | 'member.removed'
  | 'message.created'
  | 'message.edited'
  | 'message.deleted'
  | 'message.restored'
  | 'message.removed'
  | 'message.expired'
  | 'message.feedback'
  | 'user.created'
  | 'user.updated'
  | 'user.deleted'
  | 'attachment.ready'
  | 'attachment.removed'

/**
 * One fact about one stream, committed together with the change it tells of. It holds ids and numbers, never content:
 * whoever wants the content reads the record it names. Streams are thread ids, or `user/<id token>` for facts about a user.
 */
export interface DomainEvent {
  readonly stream: string
  /** 1, 2, 3 … per stream, without gaps. */
  readonly eventSeq: number
  readonly type: EventType
  /** Never before the previous event of the stream. */
  readonly at: Millis
  readonly actorId: string
  readonly threadId?: string
  readonly userId?: string
  readonly messageId?: string
  readonly seq?: number
  /** What counters need of a message, so that it can be counted out after it is gone. Absent from `message.removed` when it was deleted before. */
  readonly message?: MessageFacts
  readonly attachmentId?: string
  readonly bytes?: number
  readonly role?: string
  /** For `message.edited`, `message.removed` …: the facts before. */
  readonly before?: MessageFacts
}

/** The countable side of a message. */
export interface MessageFacts {
  readonly role: string
  readonly kind: string
  readonly authorId: string
  readonly createdAt: Millis
  /** Code points of its text. */
  readonly length: number
  /** UTF-8 bytes of content, data and metadata. */
  readonly bytes: number
}
