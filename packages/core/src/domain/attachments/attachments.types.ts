import type { CallOptions } from '../../store/call-options.ts'
import type { JsonObject, Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'

/** A file beside a message. `uploading` until its bytes are in and agree with what was declared. */
export interface Attachment {
  readonly id: string
  readonly ownerId: string
  readonly state: 'uploading' | 'ready'
  readonly name: string
  readonly mimeType: string
  /** Bytes: as declared while uploading, as counted when ready. */
  readonly size?: number
  /** Lower-case hex, once ready. */
  readonly sha256?: string
  readonly metadata: JsonObject
  /** Its bytes are kept elsewhere: there is nothing to upload and nothing to read here. */
  readonly external?: boolean
  /** The thread whose members may read it, once a message carries it. */
  readonly threadId?: string
  readonly messageId?: string
  readonly createdAt: Millis
}

export interface NewAttachment {
  readonly id?: string
  readonly name: string
  readonly mimeType: string
  /** When declared, other sizes are refused at `complete`. */
  readonly size?: number
  readonly sha256?: string
  readonly metadata?: JsonObject
  /** The host keeps the bytes: the attachment is ready at once. */
  readonly external?: boolean
}

/** A permission to read one attachment's bytes, for a short time, for whoever holds the text. */
export interface DownloadTicket {
  readonly attachmentId: string
  readonly expiresAt: Millis
  /** Opaque and URL-safe. */
  readonly token: string
}

/** Files. An attachment belongs to its owner until a message carries it; then the thread's members may read it. */
export interface Attachments {
  /** Step one: the record. */
  create(actor: Actor, input: NewAttachment): Promise<Attachment>
  /** Step two: the bytes, once; a broken upload can be repeated. `TOO_LARGE` beyond the limit, keeping nothing. */
  upload(actor: Actor, attachmentId: string, bytes: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<void>
  /** Step three: compares size and checksum with what was declared and makes it ready. Repeating it is fine. */
  complete(
    actor: Actor,
    attachmentId: string,
    declared?: { readonly size?: number; readonly sha256?: string },
  ): Promise<Attachment>
  get(actor: Actor, attachmentId: string): Promise<Attachment>
  /** The owner's: another name, or a merge patch (RFC 7396) of the metadata. */
  update(
    actor: Actor,
    attachmentId: string,
    patch: { readonly name?: string; readonly metadata?: JsonObject },
  ): Promise<Attachment>
  getMany(actor: Actor, attachmentIds: readonly string[]): Promise<readonly (Attachment | undefined)[]>
  /** The bytes, for someone who may see the attachment. */
  read(
    actor: Actor,
    attachmentId: string,
    options?: CallOptions,
  ): Promise<{ readonly attachment: Attachment; readonly bytes: AsyncIterable<Uint8Array> }>
  /** A ticket for `redeem`; default 5 minutes. */
  ticket(actor: Actor, attachmentId: string, options?: { readonly ttl?: number }): Promise<DownloadTicket>
  /** What a ticket allows, without an actor: `NOT_FOUND` when forged, expired or gone. */
  redeem(
    token: string,
    options?: CallOptions,
  ): Promise<{ readonly attachment: Attachment; readonly bytes: AsyncIterable<Uint8Array> }>
  /** The owner; what a message carries, editors of its thread may delete, too. */
  delete(actor: Actor, attachmentId: string): Promise<void>
}
