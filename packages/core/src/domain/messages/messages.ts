import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { createAppend } from './append.ts'
import { createMessageChanges } from './change.ts'
import { createFeedback } from './feedback.ts'
import { createHistory } from './history.ts'
import type { Kinds } from './kinds.ts'
import type { Messages } from './messages.types.ts'
import { createMessageReads } from './read.ts'
import { createReceipts } from './receipts.ts'

/** The messages of a context, and what threads and the search need of them. */
export function createMessages(context: Context, door: Door, reader: ThreadReader, writer: ThreadWriter, kinds: Kinds) {
  const reads = createMessageReads(context, reader, kinds)
  const { truncate, ...changes } = createMessageChanges(context, writer, kinds, reads)
  const { page, newest, get, getMany, last } = reads
  const messages: Messages = {
    ...createAppend(context, writer, kinds),
    page,
    newest,
    get,
    getMany,
    last,
    ...changes,
    ...createReceipts(context, reader, kinds, reads),
    ...createFeedback(context, reader, writer, kinds, reads),
    ...createHistory(context, door, reader, kinds, reads),
  }
  return { messages: door.guard(messages, { streams: ['stream'] }), truncate, seqFor: reads.seqFor, reads }
}
