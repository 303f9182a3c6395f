import { isThreadkeepError, ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { asJson } from '../kernel/records.ts'
import { threadNotFound } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { normalId } from '../kernel/validate.ts'
import { directKey } from '../threads/direct-key.ts'

/** Blocking: the blocked one finds the blocker no more, opens no direct thread with them and cannot write in the one there is. */
export function createBlocks(context: Context, writer: ThreadWriter) {
  const { store, clock } = context

  async function setBlock(actor: Actor, userId: string, blocking: boolean): Promise<void> {
    const other = normalId(userId, 'user id')
    if (other === actor.userId) throw new ThreadkeepError('INVALID', 'Nobody can block oneself.')
    const own = at(names.blocks(actor.userId), token(other))
    const change: Change = blocking
      ? { type: 'put', at: own, value: { userId: other, at: clock.now() } }
      : { type: 'delete', at: own }
    const directAddress = at(names.direct, directKey(actor.userId, other))
    for (;;) {
      const [direct] = await store.get([directAddress])
      if (!direct) {
        // No direct thread: one made at this very moment makes the commit fail, and is then flagged.
        const done = await store.commit([{ type: 'check', at: directAddress, version: null }, change])
        if (done.ok) return
        continue
      }
      try {
        await flag(actor, direct.value['threadId'] as string, blocking, change)
        return
      } catch (error) {
        if (!isThreadkeepError(error, 'NOT_FOUND')) throw error
      }
      // The direct thread there was has been purged.
      const done = await store.commit([{ type: 'check', at: directAddress, version: direct.version }, change])
      if (done.ok) return
    }
  }

  /** The block and the thread's knowledge of it are one commit. */
  async function flag(actor: Actor, threadId: string, blocking: boolean, change: Change): Promise<void> {
    await writer.run(threadId, {
      actor,
      action: 'thread.read',
      onDeleted: true,
      plan(scope) {
        const member = scope.members.get(actor.userId)
        if (!member) throw threadNotFound()
        const { blocking: _, ...rest } = member
        const flagged = blocking ? { ...rest, blocking } : rest
        scope.changes.push(change)
        scope.put(at(names.members(scope.thread.id), token(actor.userId)), asJson(flagged))
        scope.setMember(actor.userId, flagged)
      },
    })
  }

  return {
    block: (actor: Actor, userId: string): Promise<void> => setBlock(actor, userId, true),
    unblock: (actor: Actor, userId: string): Promise<void> => setBlock(actor, userId, false),
    async blocked(actor: Actor): Promise<readonly string[]> {
      const found: string[] = []
      for await (const entry of scan(store, names.blocks(actor.userId))) found.push(entry.value['userId'] as string)
      return found
    },
  }
}
