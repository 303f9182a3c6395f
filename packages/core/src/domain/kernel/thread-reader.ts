import type { Version } from '../../store/types.ts'
import type { Action } from './access.ts'
import type { Actor } from './actor.ts'
import type { Context } from './context.ts'
import { at, names, token } from './names.ts'
import type { MemberRecord, ThreadRecord } from './records.ts'
import { asRecord } from './records.ts'
import { assertAllowed, threadNotFound } from './thread-state.ts'
import type { ThreadWriter } from './thread-writer.ts'
import { normalId } from './validate.ts'

/** A thread that the actor may see, with the actor's place in it (none for an admin from outside). */
export interface OpenThread {
  readonly thread: ThreadRecord
  readonly version: Version
  readonly member: MemberRecord | undefined
}

/** Opens threads for reading: the one door, so that every read asks for the same rights and sees the same time. */
export interface ThreadReader {
  /** In one store call. `NOT_FOUND` for what is missing, deleted or foreign. What is due has been counted out before. */
  open(actor: Actor, threadId: string, action?: Action): Promise<OpenThread>
  /** The same for many; undefined where `open` would refuse. */
  openMany(actor: Actor, threadIds: readonly string[]): Promise<readonly (OpenThread | undefined)[]>
}

/** The reader of a context. */
export function createThreadReader(context: Context, writer: ThreadWriter): ThreadReader {
  async function openMany(actor: Actor, threadIds: readonly string[], action: Action): Promise<(OpenThread | Error)[]> {
    const ids = threadIds.map((id) => normalId(id, 'thread id'))
    const load = () =>
      context.store.get(ids.flatMap((id) => [at(names.threads, token(id)), at(names.members(id), token(actor.userId))]))
    let entries = await load()
    const due = ids.filter((_, i) => isDue(entries[2 * i]?.value as ThreadRecord | undefined))
    if (due.length > 0) {
      await Promise.all(due.map((id) => writer.sweep(id)))
      entries = await load()
    }
    return ids.map((_, i) => {
      const [threadEntry, memberEntry] = [entries[2 * i], entries[2 * i + 1]]
      if (!threadEntry) return threadNotFound()
      const thread = asRecord<ThreadRecord>(threadEntry.value)
      const member = memberEntry && asRecord<MemberRecord>(memberEntry.value)
      if (thread.deletedAt !== undefined) return threadNotFound()
      try {
        assertAllowed(actor, action, thread, member?.role)
      } catch (error) {
        return error as Error
      }
      return { thread, version: threadEntry.version, member }
    })
  }

  function isDue(thread: ThreadRecord | undefined): boolean {
    return thread?.nextDueAt !== undefined && thread.nextDueAt <= context.clock.now()
  }

  return {
    async open(actor, threadId, action = 'thread.read') {
      const [opened] = await openMany(actor, [threadId], action)
      if (opened instanceof Error) throw opened
      return opened!
    },
    async openMany(actor, threadIds) {
      const opened = await openMany(actor, threadIds, 'thread.read')
      return opened.map((one) => (one instanceof Error ? undefined : one))
    },
  }
}
