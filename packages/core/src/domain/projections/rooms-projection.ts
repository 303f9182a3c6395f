import { isThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { deleteRecency, putRecency } from '../kernel/recency.ts'
import type { MemberRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'

/** Moves the recency of the members of big threads, which no append can afford to move in its own commit. Idempotent. */
export interface RoomsProjection {
  apply(events: readonly DomainEvent[]): Promise<void>
}

const batch = 100
const mover: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** The rooms projection of a context. */
export function createRoomsProjection(context: Context, writer: ThreadWriter): RoomsProjection {
  const { store } = context

  async function move(threadId: string): Promise<void> {
    const [root] = await store.get([at(names.threads, token(threadId))])
    if (root?.value['big'] !== true) return
    let userIds: string[] = []
    for await (const entry of scan(store, names.members(threadId))) {
      if (userIds.push(entry.value['userId'] as string) < batch) continue
      await moveMembers(threadId, userIds)
      userIds = []
    }
    await moveMembers(threadId, userIds)
  }

  async function moveMembers(threadId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return
    await writer.run(threadId, {
      actor: mover,
      action: 'thread.read',
      userIds,
      onDeleted: true,
      plan(scope) {
        const { thread, changes } = scope
        for (const userId of userIds) {
          const member = scope.members.get(userId)
          if (!member || member.recencyAt === thread.lastActivityAt) continue
          const moved: MemberRecord = { ...member, recencyAt: thread.lastActivityAt }
          deleteRecency(changes, thread, member)
          putRecency(changes, thread, moved)
          scope.put(at(names.members(threadId), token(userId)), asJson(moved))
          scope.setMember(userId, moved)
        }
      },
    })
  }

  return {
    async apply(events) {
      const threadIds = new Set(
        events.flatMap(({ type, threadId }) =>
          type === 'message.created' && threadId !== undefined ? [threadId] : [],
        ),
      )
      for (const threadId of threadIds) {
        try {
          await move(threadId)
        } catch (error) {
          // Purged in the meantime: nothing is left to move.
          if (!isThreadkeepError(error, 'NOT_FOUND')) throw error
        }
      }
    },
  }
}
