import type { Millis } from '../../store/types.ts'
import type { MessageFacts } from '../events/event.ts'
import type { Context } from './context.ts'
import { at, names, seqKey, timeKey, token } from './names.ts'
import { asJson, asRecord } from './records.ts'
import type { ThreadScope } from './thread-scope.ts'

/** What is needed to count a message out after its record has expired by itself. */
export interface DueRecord {
  readonly dueAt: Millis
  readonly seq: number
  readonly messageId: string
  readonly facts: MessageFacts
}

// Most messages that one operation counts out.
const maxSweep = 500

/** Writes down that a message expires, so that it will be counted out. */
export function putDue(scope: ThreadScope, due: DueRecord): void {
  scope.put(at(names.dueOf(scope.thread.id), dueKey(due.dueAt, due.seq)), asJson(due))
  setNextDue(scope, Math.min(due.dueAt, scope.thread.nextDueAt ?? Number.POSITIVE_INFINITY))
}

/** Takes the note of `putDue` away: the message left in another way. */
export function deleteDue(scope: ThreadScope, dueAt: Millis, seq: number): void {
  scope.delete(at(names.dueOf(scope.thread.id), dueKey(dueAt, seq)))
}

/**
 * Counts out the messages whose life has ended by `now`, one event each. Their records are gone already: stores hide
 * what has expired. Answers how many; at most `maxSweep`, the rest stays due.
 */
export async function sweepDue(context: Context, scope: ThreadScope, now: Millis): Promise<number> {
  const collection = names.dueOf(scope.thread.id)
  const entries = await context.store.list(collection, { limit: maxSweep + 1 })
  let removed = 0
  let next: Millis | undefined
  for (const entry of entries) {
    const due = asRecord<DueRecord>(entry.value)
    if (due.dueAt > now || removed === maxSweep) {
      next = due.dueAt
      break
    }
    scope.delete(entry)
    scope.update({ messageCount: scope.thread.messageCount - 1 })
    scope.emit({
      type: 'message.expired',
      actorId: due.facts.authorId,
      seq: due.seq,
      messageId: due.messageId,
      message: due.facts,
    })
    removed++
  }
  setNextDue(scope, next)
  return removed
}

/** Keeps the thread's next due moment and its entry in the index of all due threads together. */
function setNextDue(scope: ThreadScope, next: Millis | undefined): void {
  const { id, nextDueAt } = scope.thread
  if (next === nextDueAt) return
  if (nextDueAt !== undefined) scope.delete(at(names.due, dueThreadKey(nextDueAt, id)))
  if (next !== undefined) scope.put(at(names.due, dueThreadKey(next, id)), asJson({ threadId: id, dueAt: next }))
  const { nextDueAt: _, ...rest } = scope.thread
  scope.replace(next === undefined ? rest : { ...rest, nextDueAt: next })
}

function dueKey(dueAt: Millis, seq: number): string {
  return `${timeKey(dueAt)}/${seqKey(seq)}`
}

/** Key of a thread in the index of all threads that have something due. */
export function dueThreadKey(dueAt: Millis, threadId: string): string {
  return `${timeKey(dueAt)}/${token(threadId)}`
}
