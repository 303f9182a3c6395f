import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { toThread } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import type { Kinds } from '../messages/kinds.ts'
import { createThreadCreate } from './create.ts'
import { createDirect } from './direct.ts'
import { createFork } from './fork.ts'
import { createThreadList } from './list.ts'
import { createMembers } from './members.ts'
import type { Threads } from './threads.types.ts'
import { createThreadUpdates } from './update.ts'

/** What threads need of messages. */
export interface ThreadMessages {
  readonly truncate: Threads['truncate']
  seqFor(actor: Actor, threadId: string, messageId: string): Promise<number | undefined>
}

/** The threads of a context. */
export function createThreads(
  context: Context,
  door: Door,
  reader: ThreadReader,
  writer: ThreadWriter,
  kinds: Kinds,
  messages: ThreadMessages,
): Threads {
  const threads: Threads = {
    create: createThreadCreate(context, reader),
    async get(actor: Actor, threadId: string) {
      const { thread, version } = await reader.open(actor, threadId)
      return toThread(thread, version)
    },
    async getMany(actor: Actor, threadIds: readonly string[]) {
      const opened = await reader.openMany(actor, threadIds)
      return opened.map((one) => one && toThread(one.thread, one.version))
    },
    list: createThreadList(context, reader),
    ...createThreadUpdates(context, writer),
    ...createMembers(context, reader, writer),
    direct: createDirect(context, reader),
    fork: createFork(context, reader, writer, kinds, messages.seqFor),
    truncate: messages.truncate,
  }
  return door.guard(threads)
}
