import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../store/call-options.ts'
import type { Change, Entry } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, fileStream, names, token } from '../kernel/names.ts'
import type { AttachmentRecord, MessageRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { assertAllowed } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, assertMetadata, assertText, mergePatch, normalId } from '../kernel/validate.ts'
import type { Attachment, Attachments, DownloadTicket } from './attachments.types.ts'
import { newBlobKey } from './blob-key.ts'
import { checkNewAttachment } from './check-attachment.ts'

const defaultTicketTtl = 300
const maxTicketTtl = 24 * 60 * 60

/** An attachment that a message carries. */
type Sent = AttachmentRecord & { readonly threadId: string; readonly messageId: string }

/** The attachments of a context. Bytes go to the blob store under keys made here; no text of a user's ever becomes a path. */
export function createAttachments(context: Context, reader: ThreadReader, writer: ThreadWriter): Attachments {
  const { store, clock, ids, limits } = context

  function blobs(): BlobStore {
    if (!context.blobs)
      throw new ThreadkeepError('UNSUPPORTED', 'There is no blob store: give createThreadkeep one (`blobs`).')
    return context.blobs
  }

  async function load(attachmentId: string): Promise<Entry> {
    const [entry] = await store.get([at(names.attachments, token(normalId(attachmentId, 'attachment id')))])
    if (!entry) throw attachmentNotFound()
    return entry
  }

  /** The actor's own attachment; for everyone else it does not exist. */
  async function loadOwn(
    actor: Actor,
    attachmentId: string,
  ): Promise<{ readonly entry: Entry; readonly record: AttachmentRecord }> {
    const entry = await load(attachmentId)
    const record = asRecord<AttachmentRecord>(entry.value)
    if (record.ownerId !== actor.userId && !hasScope(actor, 'admin')) throw attachmentNotFound()
    return { entry, record }
  }

  /** Which of these the actor may see: own ones, and those of readable messages in its threads. */
  async function visible(
    actor: Actor,
    records: readonly (AttachmentRecord | undefined)[],
  ): Promise<(AttachmentRecord | undefined)[]> {
    const foreign = records.filter(
      (record) => record !== undefined && record.ownerId !== actor.userId && !hasScope(actor, 'admin'),
    )
    const sent = foreign.filter((record): record is Sent => record?.messageId !== undefined)
    const [opened, readable] = await Promise.all([
      reader.openMany(
        actor,
        sent.map(({ threadId }) => threadId),
      ),
      carried(sent),
    ])
    const seen = new Set<AttachmentRecord>(sent.filter((record, i) => opened[i] !== undefined && readable.has(record)))
    const hidden = new Set(foreign.filter((record) => record !== undefined && !seen.has(record)))
    return records.map((record) => (hidden.has(record) ? undefined : record))
  }

  /** Those whose message can be read: it has neither expired nor been deleted, nor has its thread. */
  async function carried(records: readonly AttachmentRecord[]): Promise<ReadonlySet<AttachmentRecord>> {
    const sent = records.filter((record): record is Sent => record.messageId !== undefined)
    const [threads, messages] = await Promise.all([
      store.get(sent.map(({ threadId }) => at(names.threads, token(threadId)))),
      // Reads of one turn go to the store as one.
      Promise.all(sent.map(({ threadId, messageId }) => findMessages(store.get, threadId, [messageId]))),
    ])
    return new Set(
      sent.filter((_, i) => {
        const [thread, [entry]] = [threads[i], messages[i]!]
        const message = entry && asRecord<MessageRecord>(entry.value)
        return thread?.value['deletedAt'] === undefined && message !== undefined && message.deletedAt === undefined
      }),
    )
  }

  async function see(actor: Actor, attachmentId: string): Promise<AttachmentRecord> {
    const [record] = await visible(actor, [asRecord<AttachmentRecord>((await load(attachmentId)).value)])
    if (!record) throw attachmentNotFound()
    return record
  }

  async function bytesOf(record: AttachmentRecord, options?: CallOptions) {
    if (record.external) throw new ThreadkeepError('UNSUPPORTED', 'The bytes of this attachment are kept elsewhere.')
    if (record.state !== 'ready') throw new ThreadkeepError('CONFLICT', 'The attachment is not complete yet.')
    return { attachment: toAttachment(record), bytes: await blobs().read(record.blobKey, options) }
  }

  /** Replaces a record, unless somebody was faster. */
  async function replace(entry: Entry, record: AttachmentRecord, also: readonly Change[] = []): Promise<boolean> {
    const address = at(entry.collection, entry.key)
    const done = await store.commit([
      { type: 'check', at: address, version: entry.version },
      { type: 'put', at: address, value: asJson(record) },
      ...also,
    ])
    return done.ok
  }

  return {
    async create(actor, input) {
      if (!input.external) blobs()
      const checked = checkNewAttachment(input, limits)
      const id = input.id === undefined ? ids.next('att') : normalId(input.id, 'attachment id')
      const blobKey = newBlobKey(context, id)
      const record: AttachmentRecord = {
        id,
        ownerId: actor.userId,
        state: input.external ? 'ready' : 'uploading',
        ...checked,
        createdAt: clock.now(),
        blobKey,
      }
      const address = at(names.attachments, token(id))
      const done = await store.commit([
        { type: 'check', at: address, version: null },
        { type: 'put', at: address, value: asJson(record) },
        { type: 'put', at: at(names.blobs, blobKey), value: { attachmentId: id } },
      ])
      if (!done.ok) throw new ThreadkeepError('CONFLICT', 'This attachment id is taken.')
      return toAttachment(record)
    },

    async upload(actor, attachmentId, bytes, options = {}) {
      const { record } = await loadOwn(actor, attachmentId)
      if (record.state === 'ready')
        throw new ThreadkeepError('CONFLICT', 'The attachment is complete: its bytes cannot change.')
      const maxBytes = Math.min(limits.maxAttachmentBytes, record.size ?? limits.maxAttachmentBytes)
      // Under a key of its own, so that an upload that ends late cannot change bytes that have been completed.
      const blobKey = newBlobKey(context, record.id)
      const { size, sha256 } = await blobs().put(blobKey, bytes, { ...options, maxBytes })
      for (;;) {
        const { entry, record: now } = await loadOwn(actor, attachmentId)
        if (now.state === 'ready') {
          await blobs().delete(blobKey)
          throw new ThreadkeepError('CONFLICT', 'The attachment was completed meanwhile.')
        }
        const known: Change[] = [
          { type: 'put', at: at(names.blobs, blobKey), value: { attachmentId: now.id } },
          { type: 'delete', at: at(names.blobs, now.blobKey) },
        ]
        if (!(await replace(entry, { ...now, blobKey, uploaded: { size, sha256 } }, known))) continue
        await blobs().delete(now.blobKey)
        return
      }
    },

    async complete(actor, attachmentId, declared = {}) {
      for (;;) {
        const { entry, record } = await loadOwn(actor, attachmentId)
        if (record.state === 'ready') return toAttachment(record)
        const { uploaded, ...rest } = record
        if (!uploaded) throw new ThreadkeepError('CONFLICT', 'Nothing has been uploaded yet.')
        // What the store holds decides, not what an earlier upload said.
        const info = await blobs().info(record.blobKey)
        if (!info || info.sha256 !== uploaded.sha256)
          throw new ThreadkeepError('CONFLICT', 'The upload is not whole: upload the bytes again.')
        for (const wanted of [record, declared]) {
          if (wanted.size !== undefined && wanted.size !== info.size)
            throw new ThreadkeepError(
              'INVALID',
              `The upload has ${info.size} bytes, not the ${wanted.size} that were declared.`,
            )
          if (wanted.sha256 !== undefined && wanted.sha256.toLowerCase() !== info.sha256)
            throw new ThreadkeepError(
              'INVALID',
              'The upload does not have the declared checksum: upload the bytes again.',
            )
        }
        const ready: AttachmentRecord = { ...rest, state: 'ready', size: info.size, sha256: info.sha256 }
        const event: DomainEvent = {
          stream: fileStream(record.blobKey),
          eventSeq: 1,
          type: 'attachment.ready',
          at: clock.now(),
          actorId: actor.userId,
          attachmentId: record.id,
          userId: record.ownerId,
          bytes: info.size,
        }
        const also: Change[] = []
        pushEvents(also, [event], limits)
        if (!(await replace(entry, ready, also))) continue
        context.committed([event], [])
        return toAttachment(ready)
      }
    },

    async get(actor, attachmentId) {
      return toAttachment(await see(actor, attachmentId))
    },

    async update(actor, attachmentId, patch) {
      if (patch.name !== undefined) assertText(patch.name, 'A file name', 1, 255)
      if (patch.metadata !== undefined) assertMetadata(patch.metadata, limits)
      for (;;) {
        const { entry, record } = await loadOwn(actor, attachmentId)
        const metadata = patch.metadata === undefined ? record.metadata : mergePatch(record.metadata, patch.metadata)
        assertMetadata(metadata, limits)
        const next = { ...record, ...(patch.name !== undefined && { name: patch.name }), metadata }
        if (await replace(entry, next)) return toAttachment(next)
      }
    },

    async getMany(actor, attachmentIds) {
      assertCount(Math.max(1, attachmentIds.length), 'The number of attachments', 1_000)
      const entries = await store.get(
        attachmentIds.map((id) => at(names.attachments, token(normalId(id, 'attachment id')))),
      )
      const seen = await visible(
        actor,
        entries.map((entry) => entry && asRecord<AttachmentRecord>(entry.value)),
      )
      return seen.map((record) => record && toAttachment(record))
    },

    async read(actor, attachmentId, options) {
      return bytesOf(await see(actor, attachmentId), options)
    },

    async ticket(actor, attachmentId, options = {}): Promise<DownloadTicket> {
      const { ttl = defaultTicketTtl } = options
      if (typeof ttl !== 'number' || !(ttl > 0 && ttl <= maxTicketTtl))
        throw new ThreadkeepError('INVALID_TTL', `A ticket lives for up to ${maxTicketTtl} seconds.`)
      const { id } = await see(actor, attachmentId)
      const expiresAt = Math.floor(clock.now() + ttl * 1000)
      return { attachmentId: id, expiresAt, token: (await context.cursors()).encode('ticket', [id, expiresAt]) }
    },

    async redeem(ticket, options) {
      const cursors = await context.cursors()
      let claimed: readonly unknown[]
      try {
        claimed = cursors.decode('ticket', ticket)
      } catch {
        throw attachmentNotFound()
      }
      const [id, expiresAt] = claimed as [string, number]
      if (expiresAt <= clock.now()) throw attachmentNotFound()
      const record = asRecord<AttachmentRecord>((await load(id)).value)
      if (record.messageId !== undefined && !(await carried([record])).has(record)) throw attachmentNotFound()
      return bytesOf(record, options)
    },

    async delete(actor, attachmentId) {
      for (;;) {
        const entry = await load(attachmentId)
        const record = asRecord<AttachmentRecord>(entry.value)
        if (record.messageId !== undefined && record.threadId !== undefined) {
          if (!(await reader.openMany(actor, [record.threadId]))[0]) throw attachmentNotFound()
          return detach(actor, record)
        }
        if (record.ownerId !== actor.userId && !hasScope(actor, 'admin')) throw attachmentNotFound()
        // When somebody was faster it may be in a message by now: looked at anew.
        if (await removeUnsent(context, entry, actor.userId)) return
      }
    },
  }

  /** Takes an attachment out of its message, as an edit of the message. */
  async function detach(actor: Actor, record: AttachmentRecord): Promise<void> {
    const threadId = record.threadId!
    await writer.run(threadId, {
      actor,
      action: 'message.change-own',
      reads: true,
      async plan(scope) {
        const [entry] = await findMessages(scope.read, threadId, [record.messageId!])
        const message = entry && asRecord<MessageRecord>(entry.value)
        if (record.ownerId !== actor.userId)
          assertAllowed(actor, 'message.change-any', scope.thread, scope.members.get(actor.userId)?.role)
        if (scope.thread.legalHold)
          throw new ThreadkeepError('LEGAL_HOLD', 'This thread is held: nothing can be removed from it.')
        if (message) {
          const attachments = message.attachments.filter((id) => id !== record.id)
          scope.put(at(entry!.collection, entry!.key), asJson({ ...message, attachments }), message.expiresAt)
        }
        scope.delete(at(names.attachments, token(record.id)))
        scope.delete(at(names.blobs, record.blobKey))
        scope.emit({
          type: 'attachment.removed',
          actorId: actor.userId,
          ...(message && { messageId: message.id, seq: message.seq }),
          attachmentId: record.id,
          userId: record.ownerId,
          ...(record.size !== undefined && { bytes: record.size }),
        })
      },
    })
    await context.blobs?.delete(record.blobKey)
  }
}

/** Removes an attachment that no message carries, if it is still as it was read: the record first, then the bytes. False: it has changed. */
export async function removeUnsent(context: Context, entry: Entry, actorId: string): Promise<boolean> {
  const record = asRecord<AttachmentRecord>(entry.value)
  const address = at(entry.collection, entry.key)
  const changes: Change[] = [
    { type: 'check', at: address, version: entry.version },
    { type: 'delete', at: address },
    { type: 'delete', at: at(names.blobs, record.blobKey) },
  ]
  const events: DomainEvent[] = []
  if (record.state === 'ready') {
    events.push({
      stream: fileStream(record.blobKey),
      eventSeq: 2,
      type: 'attachment.removed',
      at: context.clock.now(),
      actorId,
      attachmentId: record.id,
      userId: record.ownerId,
      bytes: record.size ?? 0,
    })
  }
  pushEvents(changes, events, context.limits)
  if (!(await context.store.commit(changes)).ok) return false
  context.committed(events, [])
  await context.blobs?.delete(record.blobKey)
  return true
}

function attachmentNotFound(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is no such attachment.')
}

function toAttachment({ blobKey, uploaded, ...attachment }: AttachmentRecord): Attachment {
  return attachment
}
