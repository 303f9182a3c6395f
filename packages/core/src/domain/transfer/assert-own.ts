import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'

/** Refuses to import what belongs to somebody else, unless the actor is an admin: `FORBIDDEN`. */
export function assertOwn(actor: Actor, ownerId: string): void {
  if (ownerId !== actor.userId && !hasScope(actor, 'admin'))
    throw new ThreadkeepError('FORBIDDEN', "Only an admin imports what is another's.")
}
