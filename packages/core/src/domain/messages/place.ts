import type { Millis } from '../../store/types.ts'
import { putDue } from '../kernel/due.ts'
import { placeRecordAt } from '../kernel/message-places.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import { factsOf } from './content.ts'

/**
 * Puts a message into its thread: the record, where its id leads, its expiry, the thread's counts and the event. The record's `seq` is the thread's next, or,
 * in an import, an earlier one that is known to be free. Answers the number of the event.
 */
export function placeMessage(scope: ThreadScope, actorId: string, record: MessageRecord, activityAt: Millis): number {
  const { thread, now } = scope
  const { id, seq, expiresAt } = record
  const facts = factsOf(record)
  scope.put(at(names.messages(thread.id), seqKey(seq)), asJson(record), expiresAt)
  const placeAt = placeRecordAt(thread.id, record)
  if (placeAt) scope.put(placeAt, { seq }, expiresAt)
  scope.update({
    seq: Math.max(thread.seq, seq),
    messageCount: thread.messageCount + 1,
    lastActivityAt: Math.max(thread.lastActivityAt, activityAt),
    updatedAt: now,
  })
  if (expiresAt !== undefined) putDue(scope, { dueAt: expiresAt, seq, messageId: id, facts })
  return scope.emit({ type: 'message.created', actorId, seq, messageId: id, message: facts })
}
