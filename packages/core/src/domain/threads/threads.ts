import type { Context } from '../kernel/context.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { toThread } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { createThreadCreate } from './create.ts'
import type { Threads } from './threads.types.ts'

/** The threads of a context. */
export function createThreads(context: Context, reader: ThreadReader, _writer: ThreadWriter) {
  return {
    create: createThreadCreate(context, reader),
    async get(actor, threadId) {
      const { thread, version } = await reader.open(actor, threadId)
      return toThread(thread, version)
    },
    async getMany(actor, threadIds) {
      const opened = await reader.openMany(actor, threadIds)
      return opened.map((one) => one && toThread(one.thread, one.version))
    },
  } satisfies Partial<Threads> as unknown as Threads
}
