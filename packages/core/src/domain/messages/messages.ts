import type { Context } from '../kernel/context.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { createAppend } from './append.ts'
import type { Kinds } from './kinds.ts'
import type { Messages } from './messages.types.ts'
import { createMessageReads } from './read.ts'

/** The messages of a context. */
export function createMessages(context: Context, reader: ThreadReader, writer: ThreadWriter, kinds: Kinds) {
  const { append, appendMany } = createAppend(context, writer, kinds)
  const { page, newest, get, getMany, last } = createMessageReads(context, reader, kinds)
  return { append, appendMany, page, newest, get, getMany, last } satisfies Partial<Messages> as unknown as Messages
}
