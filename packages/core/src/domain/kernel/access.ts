import type { MemberRole, ThreadStatus } from '../threads/threads.types.ts'

/** Everything that access decides on. */
export type Action =
  | 'thread.read'
  | 'thread.update'
  | 'thread.status'
  | 'thread.delete'
  | 'thread.fork'
  | 'thread.truncate'
  | 'member.manage'
  | 'message.append'
  | 'message.append-as'
  | 'message.change-own'
  | 'message.change-any'
  | 'message.feedback'
  | 'message.typing'

const ranks: Record<MemberRole, number> = { viewer: 0, member: 1, editor: 2, owner: 3 }

/** The least role for each action, and whether a thread that is not active forbids it. */
const table: Record<Action, { readonly from: MemberRole; readonly whileInactive: boolean }> = {
  'thread.read': { from: 'viewer', whileInactive: true },
  'thread.fork': { from: 'viewer', whileInactive: true },
  'thread.update': { from: 'editor', whileInactive: true },
  'thread.truncate': { from: 'editor', whileInactive: false },
  'thread.status': { from: 'owner', whileInactive: true },
  'thread.delete': { from: 'owner', whileInactive: true },
  'member.manage': { from: 'owner', whileInactive: true },
  'message.append': { from: 'member', whileInactive: false },
  'message.append-as': { from: 'editor', whileInactive: false },
  'message.change-own': { from: 'member', whileInactive: false },
  'message.change-any': { from: 'editor', whileInactive: false },
  'message.feedback': { from: 'viewer', whileInactive: true },
  'message.typing': { from: 'member', whileInactive: false },
}

/** Why something is not allowed. `hidden`: the thread does not exist for this actor. */
export type Refusal = 'hidden' | 'role' | 'locked' | 'closed'

/**
 * The one decision on access: undefined allows. `role` is the actor's role in the thread, or undefined for a stranger;
 * `admin` acts as an owner everywhere.
 */
export function refusal(
  action: Action,
  role: MemberRole | 'admin' | undefined,
  status: ThreadStatus,
): Refusal | undefined {
  if (role === undefined) return 'hidden'
  const rule = table[action]
  const rank = role === 'admin' ? ranks.owner : ranks[role]
  if (rank < ranks[rule.from]) return 'role'
  if (!rule.whileInactive && status.type !== 'active') return status.type
  return undefined
}

/** The roles, least first. */
export const memberRoles: readonly MemberRole[] = ['viewer', 'member', 'editor', 'owner']
