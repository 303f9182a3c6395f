import type { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { writeAttachment } from './attachment-rows.ts'
import { createMessageRows } from './message-rows.ts'
import type { RowOf } from './rows.ts'
import type { ImportedThread } from './thread-rows.ts'
import { createThreadRows } from './thread-rows.ts'
import { writeUser } from './user-rows.ts'

/** Writes single rows of an import. True: written; false: there already. A dry run checks all that can be checked without writing. */
export interface RowWriter {
  user(actor: Actor, row: RowOf<'user'>, dryRun: boolean): Promise<boolean>
  thread(actor: Actor, row: RowOf<'thread'>, dryRun: boolean): Promise<ImportedThread>
  messages(
    actor: Actor,
    thread: ImportedThread,
    rows: readonly RowOf<'message'>[],
    dryRun: boolean,
  ): Promise<readonly (boolean | ThreadkeepError)[]>
  attachment(
    actor: Actor,
    thread: ImportedThread | undefined,
    row: RowOf<'attachment'>,
    bytes: readonly Uint8Array[],
    dryRun: boolean,
  ): Promise<boolean>
}

/** The row writer of a context. */
export function createRowWriter(context: Context, reader: ThreadReader, writer: ThreadWriter): RowWriter {
  return {
    user: (actor, row, dryRun) => writeUser(context, actor, row, dryRun),
    thread: createThreadRows(context, reader, writer),
    messages: createMessageRows(context, writer),
    attachment: (actor, thread, row, bytes, dryRun) => writeAttachment(context, actor, thread, row, bytes, dryRun),
  }
}
