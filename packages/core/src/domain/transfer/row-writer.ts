import { createHash } from 'node:crypto'
import { isThreadkeepError, ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Change } from '../../store/types.ts'
import { checkNewAttachment } from '../attachments/check-attachment.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { at, fileStream, names, seqKey, token } from '../kernel/names.ts'
import type { AttachmentRecord, MessageRecord, ReceiptRecord, ThreadRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertMetadata, normalId } from '../kernel/validate.ts'
import { checkContent, checkData } from '../messages/content.ts'
import { placeMessage } from '../messages/place.ts'
import { editAddress } from '../messages/remove.ts'
import { checkNewThread, threadCreation } from '../threads/create.ts'
import type { Users } from '../users/users.types.ts'
import type { Row } from './rows.ts'

type RowOf<T extends Row['type']> = Extract<Row, { type: T }>

/** The thread that the rows at hand belong to. */
export interface ImportedThread {
  readonly id: string
  /** False: it was there already. */
  readonly created: boolean
}

/** Writes single rows of an import. True: written; false: there already. A dry run checks all that can be checked without writing. */
export interface RowWriter {
  user(actor: Actor, row: RowOf<'user'>, dryRun: boolean): Promise<boolean>
  thread(actor: Actor, row: RowOf<'thread'>, dryRun: boolean): Promise<ImportedThread>
  /** In one commit; a row that cannot be written answers its error and stops no other. */
  messages(
    actor: Actor,
    thread: ImportedThread,
    rows: readonly RowOf<'message'>[],
    dryRun: boolean,
  ): Promise<readonly (boolean | ThreadkeepError)[]>
  attachment(actor: Actor, row: RowOf<'attachment'>, bytes: readonly Uint8Array[], dryRun: boolean): Promise<boolean>
}

const importer: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** The row writer of a context. */
export function createRowWriter(
  context: Context,
  reader: ThreadReader,
  writer: ThreadWriter,
  users: Pick<Users, 'create'>,
): RowWriter {
  const { store, limits } = context

  function assertOwn(actor: Actor, ownerId: string): void {
    if (ownerId !== actor.userId && !hasScope(actor, 'admin'))
      throw new ThreadkeepError('FORBIDDEN', "Only an admin imports what is another's.")
  }

  async function user(actor: Actor, { user: row }: RowOf<'user'>, dryRun: boolean): Promise<boolean> {
    const { id, name, email, role, preferences, metadata } = row
    assertOwn(actor, normalId(id, 'user id'))
    const [known] = await store.get([at(names.users, token(normalId(id, 'user id')))])
    if (known && known.value['erased'] !== true) return false
    const profile = {
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(role !== undefined && { role }),
      ...(preferences && { preferences }),
      ...(metadata && { metadata }),
    }
    if (!dryRun) await users.create(actor, id, profile)
    return true
  }

  async function thread(
    actor: Actor,
    { thread: row, members }: RowOf<'thread'>,
    dryRun: boolean,
  ): Promise<ImportedThread> {
    const id = normalId(row.id, 'thread id')
    assertOwn(actor, normalId(row.ownerId, 'user id'))
    const owner: Actor = { userId: normalId(row.ownerId, 'user id') }
    const { title, metadata, retention, status, createdAt, updatedAt, lastActivityAt, seq, forkedFrom, legalHold } = row
    const checked = checkNewThread(context, owner, { id, title, metadata, members, ...(retention && { retention }) })
    const [known] = await store.get([at(names.threads, token(id))])
    if (known) {
      const [mine] = await reader.openMany(actor, [id])
      if (!mine || mine.thread.ownerId !== owner.userId)
        throw new ThreadkeepError('THREAD_EXISTS', 'This thread id is taken.')
      return { id, created: false }
    }
    if (dryRun) return { id, created: true }
    const kept: Partial<ThreadRecord> = {
      status,
      createdAt,
      updatedAt,
      lastActivityAt,
      recencyAt: lastActivityAt,
      seq,
      ...(forkedFrom && { forkedFrom }),
      ...(legalHold !== undefined && hasScope(actor, 'admin') && { legalHold }),
    }
    const made = threadCreation(
      context,
      owner,
      checked,
      kept,
      new Map(members.map((member) => [normalId(member.userId, 'user id'), member.joinedAt])),
    )
    for (const { userId, readSeq, deliveredSeq } of members) {
      const marker: ReceiptRecord = { userId, readSeq, publicReadSeq: Math.min(readSeq, deliveredSeq), deliveredSeq }
      if (readSeq > 0 || deliveredSeq > 0)
        made.changes.push({
          type: 'put',
          at: at(names.receipts(id), token(normalId(userId, 'user id'))),
          value: asJson(marker),
        })
    }
    const done = await store.commit(made.changes)
    if (!done.ok) return thread(actor, { type: 'thread', thread: row, members }, dryRun)
    context.committed(made.events, made.userIds)
    return { id, created: true }
  }

  /** The row's message as this store keeps it; refuses what `append` would refuse. */
  function checkMessage(actor: Actor, { message }: RowOf<'message'>): MessageRecord {
    if (message.authorId !== actor.userId && message.role === 'user' && !hasScope(actor, 'admin')) {
      throw new ThreadkeepError('FORBIDDEN', 'Only an admin imports what others have said.')
    }
    assertMetadata(message.metadata, limits)
    const { content, data } = message
    if (content === undefined && data === undefined && message.kind === 'message')
      throw new ThreadkeepError('INVALID_CONTENT', 'A message has content.')
    return {
      ...message,
      id: normalId(message.id, 'message id'),
      authorId: normalId(message.authorId, 'user id'),
      ...(content !== undefined && { content: checkContent(content, limits) }),
      ...(data !== undefined && { data: checkData(data, limits) }),
    }
  }

  async function messages(
    actor: Actor,
    { id, created }: ImportedThread,
    rows: readonly RowOf<'message'>[],
    dryRun: boolean,
  ): Promise<readonly (boolean | ThreadkeepError)[]> {
    const records = rows.map((row): MessageRecord | ThreadkeepError => {
      try {
        return checkMessage(actor, row)
      } catch (error) {
        if (isThreadkeepError(error)) return error
        throw error
      }
    })
    if (dryRun && created) return records.map((record) => (isThreadkeepError(record) ? record : true))
    const { result } = await writer.run(id, {
      actor: importer,
      action: 'thread.read',
      reads: true,
      weight: rows.length,
      async plan(scope) {
        const good = records.filter((record): record is MessageRecord => !isThreadkeepError(record))
        const [ids, slots] = await Promise.all([
          scope.read(good.map((record) => at(names.messageIds(id), token(record.id)))),
          scope.read(good.map((record) => at(names.messages(id), seqKey(record.seq)))),
        ])
        // An import tells of old times: it does not make the thread any newer.
        const { updatedAt } = scope.thread
        const seen = new Set<string>()
        let next = 0
        const outcomes = records.map((record, i): boolean | ThreadkeepError => {
          if (isThreadkeepError(record)) return record
          const [known, taken] = [ids[next], slots[next]]
          next++
          // What has expired since the export is not brought back.
          if (known || seen.has(record.id) || (record.expiresAt !== undefined && record.expiresAt <= scope.now))
            return false
          seen.add(record.id)
          if (dryRun) return true
          const seq = taken || seen.has(`#${record.seq}`) ? scope.thread.seq + 1 : record.seq
          seen.add(`#${seq}`)
          placeMessage(scope, actor.userId, { ...record, threadId: id, seq }, record.createdAt)
          for (const [n, edit] of (rows[i]!.history ?? []).entries())
            scope.put(editAddress(id, seq, n + 1), asJson(edit), record.expiresAt)
          return true
        })
        scope.update({ updatedAt })
        return outcomes
      },
    })
    return result
  }

  async function attachment(
    actor: Actor,
    { attachment: row }: RowOf<'attachment'>,
    bytes: readonly Uint8Array[],
    dryRun: boolean,
  ): Promise<boolean> {
    const id = normalId(row.id, 'attachment id')
    assertOwn(actor, row.ownerId)
    const address = at(names.attachments, token(id))
    const [known] = await store.get([address])
    if (known || !context.blobs) return false
    const checked = checkNewAttachment({ name: row.name, mimeType: row.mimeType, metadata: row.metadata }, limits)
    const [message] = await store.get([at(names.messageIds(row.threadId ?? ''), token(row.messageId ?? ''))])
    if (!message && !dryRun) throw new ThreadkeepError('INVALID', 'The message of this attachment is not there.')
    if (dryRun) return true
    const blobKey = `att_${createHash('sha256')
      .update(`${id}\n${context.ids.next('blob')}`)
      .digest('hex')}`
    const info = await context.blobs.put(
      blobKey,
      (async function* () {
        yield* bytes
      })(),
      { maxBytes: limits.maxAttachmentBytes },
    )
    if (row.sha256 !== undefined && row.sha256 !== info.sha256) {
      await context.blobs.delete(blobKey)
      throw new ThreadkeepError('CORRUPT', 'The bytes of this attachment do not have its checksum.')
    }
    const record: AttachmentRecord = {
      id,
      ownerId: row.ownerId,
      state: 'ready',
      ...checked,
      size: info.size,
      sha256: info.sha256,
      ...(row.threadId !== undefined && { threadId: row.threadId }),
      ...(row.messageId !== undefined && { messageId: row.messageId }),
      createdAt: row.createdAt,
      blobKey,
    }
    const event: DomainEvent = {
      stream: fileStream(id),
      eventSeq: 1,
      type: 'attachment.ready',
      at: context.clock.now(),
      actorId: actor.userId,
      attachmentId: id,
      userId: row.ownerId,
      bytes: info.size,
    }
    const changes: Change[] = [
      { type: 'check', at: address, version: null },
      { type: 'put', at: address, value: asJson(record) },
      { type: 'put', at: at(names.blobs, blobKey), value: { attachmentId: id } },
    ]
    pushEvents(changes, [event], limits)
    const done = await store.commit(changes)
    if (done.ok) context.committed([event], [])
    else await context.blobs.delete(blobKey)
    return done.ok
  }

  return { user, thread, messages, attachment }
}
