import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { UserRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'

/** Which of these people the actor can bring into a thread: not those who are gone, nor those who have blocked the actor. Host applications vouch for ids without a user. */
export async function reachable(
  context: Context,
  actor: Actor,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const others = userIds.filter((userId) => userId !== actor.userId)
  if (others.length === 0) return new Set(userIds)
  const entries = await context.store.get(
    others.flatMap((userId) => [at(names.users, token(userId)), at(names.blocks(userId), token(actor.userId))]),
  )
  const away = others.filter((_, i) => {
    const [user, block] = [entries[2 * i], entries[2 * i + 1]]
    const record = user && asRecord<UserRecord>(user.value)
    return block !== undefined || record?.deactivatedAt !== undefined || record?.deletedAt !== undefined
  })
  return new Set(userIds.filter((userId) => !away.includes(userId)))
}

/** Refuses people who are not reachable: `NOT_FOUND`, whatever the reason. */
export async function assertReachable(context: Context, actor: Actor, userIds: readonly string[]): Promise<void> {
  if ((await reachable(context, actor, userIds)).size < userIds.length)
    throw new ThreadkeepError('NOT_FOUND', 'There is no such user.')
}
