import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from './actor.ts'
import { normalActor } from './actor.ts'
import type { Context } from './context.ts'
import { at, names, token } from './names.ts'
import type { UserRecord } from './records.ts'
import { asRecord } from './records.ts'

/** Which methods of an API are not plain "actor first, answers a promise" calls. */
export interface DoorOptions<T> {
  /** Answer iterables: they come in through `Door.stream`. */
  readonly streams?: readonly (keyof T)[]
  /** Take no actor. */
  readonly anonymous?: readonly (keyof T)[]
  /** Open to a deactivated actor. */
  readonly inactive?: readonly (keyof T)[]
}

/**
 * The way in: every call of every API passes here once. It refuses calls after `close`, calls without an actor, and actors who are
 * deactivated (known within `activeFor` ms across processes, at once in this one); it counts who is inside.
 */
export interface Door {
  guard<T extends object>(api: T, options?: DoorOptions<T>): T
  /** For iterables: the same checks at the first step, and the normal actor. */
  stream(actor: Actor): Promise<Actor>
  /** Forgets what is known of a user: its record was written. */
  forget(userId: string): void
}

const activeFor = 5_000
const maxKnown = 10_000

/** The door of a context. */
export function createDoor(context: Context): Door {
  const known = new Map<string, { readonly active: boolean; readonly until: number }>()

  function assertActive(active: boolean): void {
    if (!active)
      throw new ThreadkeepError('FORBIDDEN', 'This user is deactivated.', { details: { reason: 'deactivated' } })
  }

  /** Undefined when all is well without asking the store. */
  function checkActive(userId: string): Promise<void> | undefined {
    const now = context.clock.now()
    const seen = known.get(userId)
    if (seen && seen.until > now) {
      assertActive(seen.active)
      return undefined
    }
    return context.store.get([at(names.users, token(userId))]).then(([entry]) => {
      const user = entry && asRecord<UserRecord>(entry.value)
      const active = user === undefined || (user.deactivatedAt === undefined && user.deletedAt === undefined)
      if (known.size >= maxKnown) known.clear()
      known.set(userId, { active, until: now + activeFor })
      assertActive(active)
    })
  }

  return {
    guard(api, { streams = [], anonymous = [], inactive = [] } = {}) {
      const out = {} as Record<string, unknown>
      for (const [name, value] of Object.entries(api)) {
        const key = name as keyof typeof api
        const method = value as (...args: unknown[]) => Promise<unknown>
        if (streams.includes(key)) out[name] = method
        else if (anonymous.includes(key)) out[name] = (...args: unknown[]) => context.gate.pass(() => method(...args))
        else
          out[name] = (first: Actor, ...args: unknown[]) =>
            context.gate.pass(async () => {
              const actor = normalActor(first)
              if (!inactive.includes(key)) {
                const asking = checkActive(actor.userId)
                if (asking) await asking
              }
              return method(actor, ...args)
            })
      }
      return out as typeof api
    },
    async stream(first) {
      context.gate.assertOpen()
      const actor = normalActor(first)
      await checkActive(actor.userId)
      return actor
    },
    forget: (userId) => void known.delete(userId),
  }
}
