import type { Attachment } from '../attachments/attachments.types.ts'
import type { MessageRecord } from '../kernel/records.ts'
import type { MessageEdit } from '../messages/messages.types.ts'
import type { MemberRole, Thread } from '../threads/threads.types.ts'
import type { User } from '../users/users.types.ts'
import type { Manifest } from './transfer.types.ts'

/** A member as it travels: with its markers, private ones only in the user's own export. */
export interface MemberRow {
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: number
  readonly readSeq: number
  readonly deliveredSeq: number
}

/** The lines of an export, in this order: users, then each thread followed by its messages and files, the manifest last. */
export type Row =
  | { readonly type: 'user'; readonly user: Omit<User, 'version'> }
  | {
      readonly type: 'thread'
      readonly thread: Omit<Thread, 'version' | 'eventSeq' | 'messageCount' | 'memberCount'>
      readonly members: readonly MemberRow[]
    }
  | { readonly type: 'message'; readonly message: MessageRecord; readonly history?: readonly MessageEdit[] }
  | { readonly type: 'attachment'; readonly attachment: Attachment }
  /** A piece of the bytes of the attachment before it, in base64. */
  | { readonly type: 'bytes'; readonly data: string }

/** What ends an export. */
export type ManifestRow = { readonly type: 'manifest' } & Manifest
