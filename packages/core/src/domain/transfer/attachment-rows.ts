import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Change } from '../../store/types.ts'
import { newBlobKey } from '../attachments/blob-key.ts'
import { checkNewAttachment } from '../attachments/check-attachment.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, fileStream, names, token } from '../kernel/names.ts'
import type { AttachmentRecord, MessageRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import { normalId } from '../kernel/validate.ts'
import { assertOwn } from './assert-own.ts'
import type { RowOf } from './rows.ts'
import type { ImportedThread } from './thread-rows.ts'

/** Writes the attachment of a row with its bytes, into the message before it. False: there already, or there is no blob store. */
export async function writeAttachment(
  context: Context,
  actor: Actor,
  thread: ImportedThread | undefined,
  { attachment: row }: RowOf<'attachment'>,
  bytes: readonly Uint8Array[],
  dryRun: boolean,
): Promise<boolean> {
  const { store, limits, blobs } = context
  const [id, ownerId] = [normalId(row.id, 'attachment id'), normalId(row.ownerId, 'user id')]
  const messageId = normalId(row.messageId, 'message id')
  assertOwn(actor, ownerId)
  if (!thread || row.threadId !== thread.id)
    throw new ThreadkeepError('INVALID', 'An attachment stands behind the message that carries it: this one does not.')
  const checked = checkNewAttachment(
    { name: row.name, mimeType: row.mimeType, metadata: row.metadata, ...(row.external && { external: true }) },
    limits,
  )
  const address = at(names.attachments, token(id))
  const [[known], [message]] = await Promise.all([
    store.get([address]),
    findMessages(store.get, thread.id, [messageId]),
  ])
  if (known || !(blobs || row.external)) return false
  if (dryRun) return true
  if (!message || !asRecord<MessageRecord>(message.value).attachments.includes(id))
    throw new ThreadkeepError('INVALID', 'The message of this attachment is not there.')
  const base: AttachmentRecord = {
    id,
    ownerId,
    state: 'ready',
    ...checked,
    threadId: thread.id,
    messageId,
    createdAt: row.createdAt,
    blobKey: newBlobKey(context, id),
  }
  if (row.external || !blobs) {
    const done = await store.commit([
      { type: 'check', at: address, version: null },
      { type: 'put', at: address, value: asJson(base) },
    ])
    return done.ok
  }
  const { blobKey } = base
  const { size, sha256 } = await blobs.put(blobKey, each(bytes), { maxBytes: limits.maxAttachmentBytes })
  if (row.sha256 !== undefined && row.sha256 !== sha256) {
    await blobs.delete(blobKey)
    throw new ThreadkeepError('INVALID', 'The bytes of this attachment do not have its checksum.')
  }
  const event: DomainEvent = {
    stream: fileStream(blobKey),
    eventSeq: 1,
    type: 'attachment.ready',
    at: context.clock.now(),
    actorId: actor.userId,
    attachmentId: id,
    userId: ownerId,
    bytes: size,
  }
  const changes: Change[] = [
    { type: 'check', at: address, version: null },
    { type: 'put', at: address, value: asJson({ ...base, size, sha256 }) },
    { type: 'put', at: at(names.blobs, blobKey), value: { attachmentId: id } },
  ]
  pushEvents(changes, [event], limits)
  const done = await store.commit(changes)
  if (done.ok) context.committed([event], [])
  else await blobs.delete(blobKey)
  return done.ok
}

async function* each(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes
}
