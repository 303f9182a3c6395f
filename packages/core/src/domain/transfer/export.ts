import { createHash } from 'node:crypto'
import { createGzip } from 'node:zlib'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { throwIfAborted } from '../../store/call-options.ts'
import { scan } from '../../store/scan.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import { at, names, token } from '../kernel/names.ts'
import type {
  AttachmentRecord,
  MemberRecord,
  MessageRecord,
  ReceiptRecord,
  RecencyRecord,
  ThreadRecord,
  UserRecord,
} from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { threadNotFound } from '../kernel/thread-state.ts'
import { normalId } from '../kernel/validate.ts'
import { acceptFor } from '../messages/filter.ts'
import type { Kinds } from '../messages/kinds.ts'
import type { MessageEdit } from '../messages/messages.types.ts'
import { editAddress } from '../messages/remove.ts'
import { pipeThrough } from './pipe-through.ts'
import type { MemberRow, OpinionRow, Row } from './rows.ts'
import type { ExportOptions, Manifest } from './transfer.types.ts'

const pageSize = 200
const bytesPerLine = 48 * 1024
const linesPerChunk = 64 * 1024

/** `transfer.export`: made a page at a time, as the reader asks for it. */
export function createExport(context: Context, door: Door, reader: ThreadReader, kinds: Kinds) {
  const { store, clock } = context

  async function* rows(actor: Actor, options: ExportOptions): AsyncGenerator<Row, void, undefined> {
    if (options.threadId !== undefined) {
      const { thread } = await reader.open(actor, normalId(options.threadId, 'thread id'))
      yield* threadRows(actor, thread)
      return
    }
    const userId = options.userId === undefined ? actor.userId : normalId(options.userId, 'user id')
    if (userId !== actor.userId && !hasScope(actor, 'admin'))
      throw new ThreadkeepError('FORBIDDEN', "Only an admin exports what is another's.")
    const [user] = await store.get([at(names.users, token(userId))])
    if (user && asRecord<UserRecord>(user.value).deletedAt === undefined) {
      const { eventSeq, awayBy, ...profile } = asRecord<UserRecord>(user.value)
      const blocked = await Array.fromAsync(scan(store, names.blocks(userId)), ({ value }) => value['userId'] as string)
      yield { type: 'user', user: profile, ...(blocked.length > 0 && { blocked }) }
    }
    for await (const { value } of scan(store, names.threadsOf(userId), { pageSize })) {
      const [opened] = await reader.openMany(actor, [asRecord<RecencyRecord>(value).threadId])
      if (opened) yield* threadRows(actor, opened.thread)
    }
  }

  async function* threadRows(actor: Actor, record: ThreadRecord): AsyncGenerator<Row, void, undefined> {
    const { lastEventAt, nextDueAt, recencyAt, big, purgeAt, eventSeq, messageCount, memberCount, ...thread } = record
    yield { type: 'thread', thread, members: await memberRows(actor, record.id) }
    const accept = acceptFor(actor, kinds)
    const [anyOpinion] = await store.list(names.feedback(record.id), { limit: 1 })
    for await (const { value } of scan(store, names.messages(record.id), {
      pageSize,
      ...(thread.seq === 0 && { pageSize: 1 }),
    })) {
      context.gate.assertOpen()
      const message = asRecord<MessageRecord>(value)
      if (!accept(message)) continue
      const history = await historyOf(message)
      const opinions = anyOpinion ? await opinionsOn(message) : []
      yield {
        type: 'message',
        message,
        ...(history.length > 0 && { history }),
        ...(opinions.length > 0 && { opinions }),
      }
      for (const id of message.attachments) yield* attachmentRows(message, id)
    }
  }

  async function historyOf({ threadId, seq, edits }: MessageRecord): Promise<MessageEdit[]> {
    if (edits === 0) return []
    const entries = await store.get(Array.from({ length: edits }, (_, i) => editAddress(threadId, seq, i + 1)))
    return entries.flatMap((entry) => (entry ? [asRecord<MessageEdit>(entry.value)] : []))
  }

  async function opinionsOn({ threadId, id }: MessageRecord): Promise<OpinionRow[]> {
    const found = scan(store, names.feedback(threadId), { prefix: `${token(id)}/` })
    return Array.fromAsync(found, ({ value }) => asRecord<OpinionRow>(value))
  }

  async function memberRows(actor: Actor, threadId: string): Promise<MemberRow[]> {
    const found: MemberRow[] = []
    for await (const { value } of scan(store, names.members(threadId))) {
      const { userId, role, joinedAt, archived, muted } = asRecord<MemberRecord>(value)
      const [marker] = await store.get([at(names.receipts(threadId), token(userId))])
      const { readSeq, publicReadSeq, deliveredSeq } = marker
        ? asRecord<ReceiptRecord>(marker.value)
        : { readSeq: 0, publicReadSeq: 0, deliveredSeq: 0 }
      const base = { userId, role, joinedAt, deliveredSeq }
      // How somebody keeps a thread, and reads it in private, is their own business.
      if (userId === actor.userId || hasScope(actor, 'admin'))
        found.push({
          ...base,
          readSeq,
          ...(publicReadSeq !== readSeq && { publicReadSeq }),
          ...(archived && { archived }),
          ...(muted && { muted }),
        })
      else found.push({ ...base, readSeq: publicReadSeq })
    }
    return found
  }

  async function* attachmentRows(message: MessageRecord, id: string): AsyncGenerator<Row, void, undefined> {
    const [entry] = await store.get([at(names.attachments, token(id))])
    const record = entry && asRecord<AttachmentRecord>(entry.value)
    // A copy of a message names attachments that hang in another one.
    if (record?.messageId !== message.id || record.threadId !== message.threadId) return
    const { blobKey, uploaded, ...attachment } = record
    if (record.external || context.blobs) yield { type: 'attachment', attachment }
    if (record.external || !context.blobs) return
    for await (const bytes of await context.blobs.read(blobKey)) {
      for (let from = 0; from < bytes.length; from += bytesPerLine) {
        yield { type: 'bytes', data: Buffer.from(bytes.subarray(from, from + bytesPerLine)).toString('base64') }
      }
    }
  }

  /** The rows as text, their manifest last; lines are gathered so that a reader gets chunks of a useful size. */
  async function* text(actor: Actor, options: ExportOptions): AsyncGenerator<string, void, undefined> {
    const json = options.format === 'json'
    const sum = createHash('sha256')
    const counts = { threads: 0, messages: 0, users: 0 }
    let gathered = json ? '{"format":"threadkeep-export","records":[\n' : ''
    let first = true
    for await (const row of rows(actor, options)) {
      throwIfAborted(options)
      const line = JSON.stringify(row)
      sum.update(line).update('\n')
      if (row.type === 'thread') counts.threads++
      else if (row.type === 'message') counts.messages++
      else if (row.type === 'user') counts.users++
      gathered += json ? `${first ? '' : ',\n'}${line}` : `${line}\n`
      first = false
      if (gathered.length < linesPerChunk) continue
      yield gathered
      gathered = ''
    }
    const manifest: Manifest = {
      format: 'threadkeep-export',
      formatVersion: 1,
      exportedAt: clock.now(),
      ...counts,
      sha256: sum.digest('hex'),
    }
    yield gathered +
      (json
        ? `\n],"manifest":${JSON.stringify(manifest)}}\n`
        : `${JSON.stringify({ type: 'manifest', ...manifest })}\n`)
  }

  return async function* exportBytes(
    first: Actor,
    options: ExportOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const actor = await door.stream(first)
    if (options.format !== undefined && options.format !== 'json' && options.format !== 'ndjson')
      throw new ThreadkeepError('INVALID', 'format is json or ndjson.')
    // Opened before the first byte, so that a refusal is an answer and not a broken file.
    if (options.threadId !== undefined && !(await reader.openMany(actor, [options.threadId]))[0]) throw threadNotFound()
    if (!options.gzip) {
      for await (const chunk of text(actor, options)) yield Buffer.from(chunk)
      return
    }
    yield* pipeThrough(text(actor, options), createGzip())
  }
}
