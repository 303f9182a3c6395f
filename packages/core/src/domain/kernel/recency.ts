import type { Change } from '../../store/types.ts'
import { at, names, recencyKey } from './names.ts'
import type { MemberRecord, ThreadRecord } from './records.ts'
import { asJson } from './records.ts'

/** Where a member's entry in its recency index stands. */
export function recencyOf(thread: ThreadRecord, member: MemberRecord): number {
  return thread.big ? (member.recencyAt ?? thread.createdAt) : thread.recencyAt
}

/** Adds a member's recency entry, or writes it anew after its flags changed. */
export function putRecency(changes: Change[], thread: ThreadRecord, member: MemberRecord): void {
  const key = recencyKey(recencyOf(thread, member), thread.id)
  changes.push({
    type: 'put',
    at: at(names.threadsOf(member.userId), key),
    value: asJson({ threadId: thread.id, archived: member.archived }),
  })
}

/** Takes a member's recency entry away. */
export function deleteRecency(changes: Change[], thread: ThreadRecord, member: MemberRecord): void {
  changes.push({
    type: 'delete',
    at: at(names.threadsOf(member.userId), recencyKey(recencyOf(thread, member), thread.id)),
  })
}

/** Moves the entries of all members of a thread that is not big from `thread.recencyAt` to `recencyAt`. */
export function moveRecency(
  changes: Change[],
  thread: ThreadRecord,
  recencyAt: number,
  members: Iterable<MemberRecord>,
): void {
  const moved = { ...thread, recencyAt }
  for (const member of members) {
    deleteRecency(changes, thread, member)
    putRecency(changes, moved, member)
  }
}
