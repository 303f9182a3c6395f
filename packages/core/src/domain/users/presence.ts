import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import type { Presence } from './users.types.ts'

/** Milliseconds after the last heartbeat at which a user counts as offline. */
export const heartbeatWindow = 60_000

/** Who is here. One small record a person, outside every aggregate; the last heartbeat outlives its window as `lastSeenAt`. */
export function createPresence(context: Context) {
  const { store, clock } = context

  return {
    async heartbeat(actor: Actor, status: 'online' | 'away' = 'online'): Promise<Presence> {
      if (status !== 'online' && status !== 'away')
        throw new ThreadkeepError('INVALID', 'A heartbeat says online or away.')
      const now = clock.now()
      await store.commit([{ type: 'put', at: at(names.presence, token(actor.userId)), value: { status, seenAt: now } }])
      return { userId: actor.userId, status, lastSeenAt: now }
    },

    async presence(actor: Actor, userIds: readonly string[]): Promise<readonly Presence[]> {
      assertCount(Math.max(1, userIds.length), 'The number of users', 1_000)
      const ids = userIds.map((id) => normalId(id, 'user id'))
      const entries = await store.get(
        ids.flatMap((id) => [at(names.presence, token(id)), at(names.blocks(id), token(actor.userId))]),
      )
      return ids.map((userId, i) => {
        const [seen, block] = [entries[2 * i], entries[2 * i + 1]]
        if (!seen || block) return { userId, status: 'offline' }
        const lastSeenAt = seen.value['seenAt'] as Millis
        const here = clock.now() - lastSeenAt <= heartbeatWindow
        return { userId, status: here ? (seen.value['status'] as Presence['status']) : 'offline', lastSeenAt }
      })
    },
  }
}
