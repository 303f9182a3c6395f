import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { toThread } from '../kernel/thread-state.ts'
import { normalId } from '../kernel/validate.ts'
import { checkNewThread, threadCreation } from './create.ts'
import { directKey } from './direct-key.ts'
import { assertReachable } from './reachable.ts'
import type { Thread } from './threads.types.ts'

/** `threads.direct`: whoever comes first makes it, and everybody finds the same. */
export function createDirect(context: Context, reader: ThreadReader) {
  return async function direct(actor: Actor, userId: string): Promise<Thread> {
    const other = normalId(userId, 'user id')
    if (other === actor.userId) throw new ThreadkeepError('INVALID', 'A direct thread is between two people.')
    const address = at(names.direct, directKey(actor.userId, other))
    const theirs = at(names.blocks(other), token(actor.userId))
    const own = at(names.blocks(actor.userId), token(other))
    for (;;) {
      await assertReachable(context, actor, [other])
      const [known, block] = await context.store.get([address, own])
      if (known) {
        const [open] = await reader.openMany(actor, [known.value['threadId'] as string])
        if (open) return toThread(open.thread, open.version)
      }
      if (block) throw new ThreadkeepError('FORBIDDEN', 'You have blocked this person: unblock them first.')
      // None yet, or the one there was has been deleted. Nobody blocks the other in between.
      const checked = checkNewThread(context, actor, { members: [{ userId: other, role: 'owner' }] })
      const { record, changes, events, userIds } = threadCreation(context, actor, checked, { direct: true })
      const claim: Change[] = [
        { type: 'check', at: address, version: known?.version ?? null },
        { type: 'put', at: address, value: { threadId: record.id } },
        { type: 'check', at: theirs, version: null },
        { type: 'check', at: own, version: null },
      ]
      const done = await context.store.commit([...claim, ...changes])
      if (!done.ok) continue
      context.committed(events, userIds)
      return toThread(record, done.version)
    }
  }
}
