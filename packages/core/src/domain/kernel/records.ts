import type { JsonObject, Millis } from '../../store/types.ts'
import type { Attachment } from '../attachments/attachments.types.ts'
import type { Message } from '../messages/messages.types.ts'
import type { MemberRole, Thread } from '../threads/threads.types.ts'
import type { User } from '../users/users.types.ts'

/** How a user is stored. */
export interface UserRecord extends Omit<User, 'version'> {
  /** Events of the user's stream so far. */
  readonly eventSeq: number
  /** Set on a softly deleted user, which then exists for nobody but `restore`. */
  readonly deletedAt?: Millis
  /** Who deactivated or deleted it: what an admin has taken away, the user cannot bring back. */
  readonly awayBy?: string
  /** Nothing is left but the position of the stream. */
  readonly erased?: true
}

/** How a thread is stored: the root of its aggregate. Every change to its members or messages also writes this record. */
export interface ThreadRecord extends Omit<Thread, 'version'> {
  /** `at` of the newest event: no event of the stream comes before it. */
  readonly lastEventAt: Millis
  /** When the next message of this thread expires. */
  readonly nextDueAt?: Millis
  /** The moment under which the members' recency entries stand. */
  readonly recencyAt: Millis
  /** Once true, members' recency is moved by a projection and stands in their own records. */
  readonly big: boolean
  readonly purgeAt?: Millis
}

/** How a member is stored. */
export interface MemberRecord {
  readonly threadId: string
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: Millis
  /** The event that made them a member: a subscription of theirs starts no earlier. */
  readonly joinedEventSeq: number
  readonly archived: boolean
  readonly muted: boolean
  /** In direct threads: this person has blocked the other. */
  readonly blocking?: boolean
  /** In big threads: where this member's recency entry stands. */
  readonly recencyAt?: Millis
}

/** How a message is stored. A softly deleted one keeps its content here until it is restored or removed. */
export type MessageRecord = Omit<Message, 'version'>

/** How an attachment is stored. */
export interface AttachmentRecord extends Attachment {
  readonly blobKey: string
  /** What has been uploaded, until it is complete. */
  readonly uploaded?: { readonly size: number; readonly sha256: string }
}

/** An entry of a user's recency index. */
export interface RecencyRecord {
  readonly threadId: string
  readonly archived: boolean
}

/** How a markers record is stored. */
export interface ReceiptRecord {
  readonly userId: string
  readonly readSeq: number
  /** What others are shown: behind `readSeq` after private reading. */
  readonly publicReadSeq: number
  readonly deliveredSeq: number
}

/** What an append leaves behind to be repeated. */
export interface IdempotencyRecord {
  readonly hash: string
  readonly seq: number
  readonly messageId: string
  readonly eventSeq: number
}

/** Records are plain JSON by construction; this is the one place that says so to the compiler. */
export function asJson(record: object): JsonObject {
  return record as JsonObject
}

/** Reads a stored value as the record that this domain wrote there. */
export function asRecord<R extends object>(value: JsonObject): R {
  return value as unknown as R
}
