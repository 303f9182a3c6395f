import type { Attachment } from '../attachments/attachments.types.ts'
import type { MessageRecord } from '../kernel/records.ts'
import type { Feedback, MessageEdit } from '../messages/messages.types.ts'
import type { MemberRole, Thread } from '../threads/threads.types.ts'
import type { User } from '../users/users.types.ts'
import type { Manifest } from './transfer.types.ts'

/** A member as it travels. What only the member itself knows is there in its own export and in an admin's. */
export interface MemberRow {
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: number
  /** Private ones included, where `publicReadSeq` says what others see; else what others see. */
  readonly readSeq: number
  readonly publicReadSeq?: number
  readonly deliveredSeq: number
  readonly archived?: boolean
  readonly muted?: boolean
}

/** An opinion as it travels. */
export interface OpinionRow {
  readonly userId: string
  readonly feedback: Feedback
  readonly at: number
}

/** The lines of an export, in this order: users, then each thread followed by its messages and files, the manifest last. */
export type Row =
  | { readonly type: 'user'; readonly user: Omit<User, 'version'>; readonly blocked?: readonly string[] }
  | {
      readonly type: 'thread'
      readonly thread: Omit<Thread, 'version' | 'eventSeq' | 'messageCount' | 'memberCount'>
      readonly members: readonly MemberRow[]
    }
  | {
      readonly type: 'message'
      readonly message: MessageRecord
      readonly history?: readonly MessageEdit[]
      readonly opinions?: readonly OpinionRow[]
    }
  | { readonly type: 'attachment'; readonly attachment: Attachment }
  /** A piece of the bytes of the attachment before it, in base64. */
  | { readonly type: 'bytes'; readonly data: string }

/** What ends an export. */
export type ManifestRow = { readonly type: 'manifest' } & Manifest

/** A row of one type. */
export type RowOf<T extends Row['type']> = Extract<Row, { type: T }>
