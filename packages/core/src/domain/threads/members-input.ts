import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { memberRoles } from '../kernel/access.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { normalId } from '../kernel/validate.ts'
import type { MemberRole, NewThread } from './threads.types.ts'

/** Refuses what is not a member role: `INVALID_ROLE`. */
export function assertMemberRole(role: unknown): asserts role is MemberRole {
  if (!memberRoles.includes(role as MemberRole))
    throw new ThreadkeepError('INVALID_ROLE', `A member's role is one of ${memberRoles.join(', ')}.`)
}

/** Most members that a thread is created with. */
export const maxFirstMembers = 1_000

/** The first members of a thread: its creator as owner, and those named, each once. */
export function checkMembers(
  context: Context,
  actor: Actor,
  input: NonNullable<NewThread['members']>,
): ReadonlyMap<string, MemberRole> {
  if (!Array.isArray(input)) throw new ThreadkeepError('INVALID', 'members must be a list of { userId, role }.')
  const members = new Map<string, MemberRole>()
  // Beyond that one commit would be too much: the others join one by one.
  if (input.length > maxFirstMembers)
    throw new ThreadkeepError(
      'INVALID_LIMIT',
      `A thread starts with at most ${maxFirstMembers} members: add more later.`,
    )
  for (const member of input) {
    if (typeof member !== 'object' || member === null)
      throw new ThreadkeepError('INVALID', 'members must be a list of { userId, role }.')
    const { userId, role = 'member' } = member
    assertMemberRole(role)
    members.set(normalId(userId, 'user id'), role)
  }
  members.set(actor.userId, 'owner')
  if (members.size > context.limits.maxMembers)
    throw new ThreadkeepError('INVALID_LIMIT', `A thread has at most ${context.limits.maxMembers} members.`)
  return members
}
