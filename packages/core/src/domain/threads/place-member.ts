import type { Limits } from '../kernel/limits.ts'
import { at, names, token } from '../kernel/names.ts'
import { putRecency } from '../kernel/recency.ts'
import type { MemberRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'

/** Writes a member's record and its place in its recency index. */
export function placeMember(scope: ThreadScope, record: MemberRecord): void {
  scope.put(at(names.members(scope.thread.id), token(record.userId)), asJson(record))
  putRecency(scope.changes, scope.thread, record)
  scope.setMember(record.userId, record)
}

/** Makes somebody who is no member one. */
export function join(
  limits: Limits,
  scope: ThreadScope,
  actorId: string,
  newcomer: Pick<MemberRecord, 'userId' | 'role'> & Partial<MemberRecord>,
): MemberRecord {
  becomeBig(limits, scope)
  const { thread, now } = scope
  const joined: MemberRecord = {
    threadId: thread.id,
    joinedAt: now,
    joinedEventSeq: thread.eventSeq + 1,
    archived: false,
    muted: false,
    ...(thread.big && { recencyAt: thread.lastActivityAt }),
    ...newcomer,
  }
  placeMember(scope, joined)
  scope.update({ memberCount: thread.memberCount + 1, updatedAt: now })
  scope.emit({ type: 'member.added', actorId, userId: joined.userId, role: joined.role })
  return joined
}

/** The commit that outgrows inline recency gives every member an own place in its index. */
function becomeBig(limits: Limits, scope: ThreadScope): void {
  if (scope.thread.big || scope.members.size < limits.maxInlineMembers) return
  const recencyAt = scope.thread.recencyAt
  scope.update({ big: true })
  for (const one of scope.members.values()) placeMember(scope, { ...one, recencyAt })
}
