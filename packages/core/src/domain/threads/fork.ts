import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { toThread } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { normalId } from '../kernel/validate.ts'
import { acceptFor } from '../messages/filter.ts'
import type { Kinds } from '../messages/kinds.ts'
import { placeMessage } from '../messages/place.ts'
import { messageNotFound } from '../messages/read.ts'
import { checkNewThread, threadCreation, threadExists } from './create.ts'
import { assertReachable } from './reachable.ts'
import type { NewThread, Thread } from './threads.types.ts'
import { purgeKey } from './update.ts'

const batch = 100

/**
 * `threads.fork`: the new thread is born deleted, filled batch by batch, and shown by its last commit. A crash in between leaves what
 * the purge takes away. Messages keep their ids, authors and times; what is deleted, or hidden from the actor, is not copied.
 */
export function createFork(
  context: Context,
  reader: ThreadReader,
  writer: ThreadWriter,
  kinds: Kinds,
  seqFor: (actor: Actor, threadId: string, messageId: string) => Promise<number | undefined>,
) {
  const { store, clock, limits } = context
  return async function fork(
    actor: Actor,
    threadId: string,
    messageId: string,
    input: NewThread = {},
  ): Promise<Thread> {
    const source = normalId(threadId, 'thread id')
    const { thread } = await reader.open(actor, source, 'thread.fork')
    const last = await seqFor(actor, source, messageId)
    if (last === undefined) throw messageNotFound()
    const checked = checkNewThread(context, actor, { title: thread.title, metadata: thread.metadata, ...input })
    await assertReachable(context, actor, [...checked.members.keys()])
    const purgeAt = clock.now() + limits.deleteGrace
    const forkedFrom = { threadId: source, messageId }
    const made = threadCreation(context, actor, checked, { forkedFrom, deletedAt: clock.now(), purgeAt })
    made.changes.push({
      type: 'put',
      at: at(names.purges, purgeKey(purgeAt, checked.id)),
      value: { threadId: checked.id },
    })
    const done = await context.store.commit(made.changes)
    if (!done.ok) throw threadExists(checked.id)
    context.committed(made.events, [])

    const accept = acceptFor(actor, kinds)
    for (let after = 0; after < last; ) {
      const entries = await store.list(names.messages(source), {
        after: seqKey(after),
        before: seqKey(last + 1),
        limit: batch,
      })
      const records = entries.map((entry) => asRecord<MessageRecord>(entry.value))
      if (records.length === 0) break
      after = records[records.length - 1]!.seq
      await writer.run(checked.id, {
        actor,
        action: 'thread.read',
        onDeleted: true,
        weight: records.length,
        plan(scope) {
          for (const record of records) {
            if (accept(record))
              placeMessage(
                scope,
                actor.userId,
                { ...record, threadId: checked.id, seq: scope.thread.seq + 1, edits: 0 },
                scope.now,
              )
          }
        },
      })
    }
    const { state } = await writer.run(checked.id, {
      actor,
      action: 'thread.delete',
      onDeleted: true,
      plan(scope) {
        const { deletedAt: _, purgeAt: __, ...shown } = scope.thread
        scope.delete(at(names.purges, purgeKey(purgeAt, checked.id)))
        scope.replace(shown)
        scope.emit({ type: 'thread.restored', actorId: actor.userId })
      },
    })
    return toThread(state.thread, state.version)
  }
}
