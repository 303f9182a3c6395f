import { isThreadkeepError, ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { throwIfAborted } from '../../store/call-options.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { normalId } from '../kernel/validate.ts'
import { isAttachment, isMessage, isThread, isUser } from './check-rows.ts'
import { readRows } from './read-rows.ts'
import type { RowWriter } from './row-writer.ts'
import type { Row, RowOf } from './rows.ts'
import type { ImportedThread } from './thread-rows.ts'
import type { ImportOptions, ImportReport } from './transfer.types.ts'

const defaultBatch = 100
const maxErrors = 100

/** Milliseconds that an interrupted import can be gone on with. */
const keepCheckpoint = 30 * 24 * 60 * 60 * 1000

/** `transfer.import`: rows are written in batches, each a commit; what is there already is skipped, so that an import can be repeated at any time. */
export function createImport(context: Context, writer: RowWriter) {
  const { store, clock, ids, limits } = context

  return async function importBytes(
    actor: Actor,
    bytes: AsyncIterable<Uint8Array>,
    options: ImportOptions = {},
  ): Promise<ImportReport> {
    const { dryRun = false, batchSize = defaultBatch, jobId = ids.next('imp'), pause, onProgress } = options
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 500)
      throw new ThreadkeepError('INVALID_LIMIT', 'batchSize is a whole number from 1 to 500.')
    const checkpoint = at(names.checkpoints, `import/${token(actor.userId)}/${token(normalId(jobId, 'job id'))}`)
    const [known] = options.jobId === undefined ? [] : await store.get([checkpoint])
    const done = dryRun ? 0 : ((known?.value['line'] as number | undefined) ?? 0)
    const progress = { rows: 0, imported: 0, skipped: 0, failed: 0 }
    const counts = { threads: 0, messages: 0, users: 0 }
    const errors: { row: number; code: string; message: string }[] = []
    let thread: ImportedThread | undefined
    let file:
      | { readonly number: number; readonly row: RowOf<'attachment'>; bytes: Uint8Array[]; size: number }
      | undefined
    let batch: { readonly number: number; readonly row: RowOf<'message'> }[] = []

    const fail = (row: number, error: unknown): void => {
      if (!isThreadkeepError(error) || error.retryable) throw error
      progress.failed++
      if (errors.length < maxErrors) errors.push({ row, code: error.code, message: error.message })
    }
    const count = (what: keyof typeof counts, written: boolean): void => {
      progress[written ? 'imported' : 'skipped']++
      if (written) counts[what]++
    }

    async function flush(): Promise<void> {
      const rows = batch
      batch = []
      if (rows.length === 0 || !thread) return
      try {
        const outcomes = await writer.messages(
          actor,
          thread,
          rows.map(({ row }) => row),
          dryRun,
        )
        outcomes.forEach((outcome, i) => {
          if (typeof outcome === 'boolean') count('messages', outcome)
          else fail(rows[i]!.number, outcome)
        })
      } catch (error) {
        for (const { number } of rows) fail(number, error)
      }
      await remember(rows[rows.length - 1]!.number)
    }

    /** Every line up to this one has found its fate: after a crash the import goes on behind it. */
    async function remember(line: number): Promise<void> {
      onProgress?.({ ...progress })
      if (dryRun || options.jobId === undefined || line <= done) return
      await store.commit([{ type: 'put', at: checkpoint, value: { line }, expiresAt: clock.now() + keepCheckpoint }])
    }

    /** Writes the file whose bytes have all been read. */
    async function finishFile(): Promise<void> {
      const whole = file
      file = undefined
      if (!whole) return
      try {
        progress[(await writer.attachment(actor, thread, whole.row, whole.bytes, dryRun)) ? 'imported' : 'skipped']++
      } catch (error) {
        fail(whole.number, error)
      }
    }

    function takeBytes(data: unknown): void {
      // Pieces are part of their file: it is counted, they are not.
      progress.rows--
      if (!file) return
      const piece = Buffer.from(String(data), 'base64')
      file.size += piece.length
      if (file.size > limits.maxAttachmentBytes) {
        file = undefined
        throw new ThreadkeepError('TOO_LARGE', `An attachment has at most ${limits.maxAttachmentBytes} bytes.`)
      }
      file.bytes.push(piece)
    }

    async function take(number: number, row: Row): Promise<void> {
      if (row.type === 'bytes') return takeBytes(row.data)
      await finishFile()
      if (row.type === 'message') {
        if (!isMessage(row)) throw new ThreadkeepError('INVALID', 'This is not a message row.')
        if (!thread || thread.id !== row.message.threadId)
          throw new ThreadkeepError('INVALID', 'A message stands behind its thread: this one does not.')
        if (batch.push({ number, row }) >= batchSize) await flush()
        return
      }
      await flush()
      if (row.type === 'user') {
        if (!isUser(row)) throw new ThreadkeepError('INVALID', 'This is not a user row.')
        count('users', await writer.user(actor, row, dryRun))
      } else if (row.type === 'thread') {
        thread = undefined
        if (!isThread(row)) throw new ThreadkeepError('INVALID', 'This is not a thread row.')
        thread = await writer.thread(actor, row, dryRun)
        count('threads', thread.created)
      } else if (row.type === 'attachment') {
        if (!isAttachment(row)) throw new ThreadkeepError('INVALID', 'This is not an attachment row.')
        file = { number, row, bytes: [], size: 0 }
      } else throw new ThreadkeepError('INVALID', 'This row is of no known type.')
    }

    let taken = 0
    let finished = true
    for await (const line of readRows(bytes)) {
      throwIfAborted(options)
      if (pause?.aborted && taken > 0 && ('error' in line || line.row.type !== 'bytes')) {
        await finishFile()
        await flush()
        await remember(line.number - 1)
        finished = false
        break
      }
      progress.rows++
      if (line.number > done) taken++
      try {
        if ('error' in line) throw new ThreadkeepError('INVALID', line.error)
        // The thread before a skipped row is needed for what follows it; the pieces of a skipped file are part of it.
        if (line.number > done || line.row.type === 'thread') await take(line.number, line.row)
        else if (line.row.type === 'bytes') progress.rows--
        else progress.skipped++
      } catch (error) {
        fail(line.number, error)
      }
    }
    await finishFile()
    await flush()
    onProgress?.({ ...progress })
    return { jobId, dryRun, finished, ...progress, ...counts, errors }
  }
}
