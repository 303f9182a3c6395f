import { isThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { deleteRecency } from '../kernel/recency.ts'
import type { RecencyRecord, UserRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { findHeir } from '../threads/members.ts'
import { purgeKey } from '../threads/update.ts'

/**
 * Erases a softly deleted user: memberships first, the record last, so that a crash in between leaves what can be erased again. A thread whose
 * last owner goes is deleted with its owner.
 */
export async function eraseUser(context: Context, writer: ThreadWriter, actor: Actor, userId: string): Promise<void> {
  const { store, limits } = context
  for await (const entry of scan(store, names.threadsOf(userId))) {
    try {
      await leave(asRecord<RecencyRecord>(entry.value).threadId)
    } catch (error) {
      if (!isThreadkeepError(error, 'NOT_FOUND')) throw error
      await store.commit([{ type: 'delete', at: entry }])
    }
  }
  const rest: Change[] = []
  for await (const entry of scan(store, names.blocks(userId)))
    rest.push({ type: 'delete', at: at(entry.collection, entry.key) })
  for (let from = 0; from < rest.length; from += 1000) await store.commit(rest.slice(from, from + 1000))
  const address = at(names.users, token(userId))
  const [entry] = await store.get([address])
  if (!entry) return
  const { id, createdAt, updatedAt, eventSeq, deletedAt } = asRecord<UserRecord>(entry.value)
  await store.commit([
    { type: 'check', at: address, version: entry.version },
    {
      type: 'put',
      at: address,
      value: asJson({ id, createdAt, updatedAt, eventSeq, deletedAt: deletedAt ?? updatedAt, erased: true }),
    },
    { type: 'delete', at: at(names.presence, token(userId)) },
  ])

  async function leave(threadId: string): Promise<void> {
    await writer.run(threadId, {
      actor: { ...actor, scopes: ['admin'] },
      action: 'member.manage',
      userIds: [userId],
      onDeleted: true,
      reads: true,
      async plan(scope) {
        const member = scope.members.get(userId)
        if (!member) return
        const { thread, now } = scope
        deleteRecency(scope.changes, thread, member)
        scope.delete(at(names.members(threadId), token(userId)))
        scope.delete(at(names.receipts(threadId), token(userId)))
        scope.setMember(userId, undefined)
        scope.update({ memberCount: thread.memberCount - 1, updatedAt: now })
        const heir = await findHeir(context, scope, userId)
        if (heir && thread.ownerId === userId) scope.update({ ownerId: heir.userId })
        scope.emit({ type: 'member.removed', actorId: actor.userId, userId })
        if (heir || thread.deletedAt !== undefined || thread.legalHold) return
        const purgeAt = now + limits.deleteGrace
        scope.update({ deletedAt: now, purgeAt })
        scope.put(at(names.purges, purgeKey(purgeAt, threadId)), { threadId })
        scope.emit({ type: 'thread.deleted', actorId: actor.userId })
      },
    })
  }
}
