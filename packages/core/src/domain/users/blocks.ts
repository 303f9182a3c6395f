import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { asJson } from '../kernel/records.ts'
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
      // The block and the thread's knowledge of it are one commit.
      await writer.run(direct.value['threadId'] as string, {
        actor,
        action: 'thread.read',
        onDeleted: true,
        plan(scope) {
          scope.changes.push(change)
          const member = scope.members.get(actor.userId)
          if (!member) return
          const { blocking: _, ...rest } = member
          const flagged = blocking ? { ...rest, blocking } : rest
          scope.put(at(names.members(scope.thread.id), token(actor.userId)), asJson(flagged))
          scope.setMember(actor.userId, flagged)
        },
      })
      return
    }
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
