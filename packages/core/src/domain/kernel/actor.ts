import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { normalId } from './validate.ts'

/**
 * What an actor may do beyond others. `threads:inactive` writes to locked and closed threads, too: for a host that speaks there itself;
 * `admin` does not bring it.
 */
export type Scope = 'search:any' | 'stats:system' | 'admin' | 'items:hidden' | 'threads:inactive'

/** Who is asking: the first parameter of every call. The host application vouches for it. */
export interface Actor {
  readonly userId: string
  readonly scopes?: readonly Scope[]
}

/** The actor with its id in normal form; refuses a call without one: `UNAUTHENTICATED`. */
export function normalActor(actor: Actor): Actor {
  if (typeof actor !== 'object' || actor === null || typeof actor.userId !== 'string') {
    throw new ThreadkeepError('UNAUTHENTICATED', 'Every call starts with an actor: { userId, scopes? }.')
  }
  if (actor.scopes !== undefined && !Array.isArray(actor.scopes))
    throw new ThreadkeepError('UNAUTHENTICATED', "An actor's scopes are a list.")
  const userId = normalId(actor.userId, 'user id')
  return userId === actor.userId ? actor : { ...actor, userId }
}

/** Whether the actor holds `scope`; `admin` holds every scope but `threads:inactive`. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  if (actor.scopes === undefined) return false
  return actor.scopes.includes(scope) || (scope !== 'threads:inactive' && actor.scopes.includes('admin'))
}

/** Refuses an actor without `scope`: `FORBIDDEN`. */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!hasScope(actor, scope))
    throw new ThreadkeepError('FORBIDDEN', `This needs the scope "${scope}".`, { details: { scope } })
}
