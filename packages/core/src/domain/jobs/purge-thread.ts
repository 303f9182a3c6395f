import { scan } from '../../store/scan.ts'
import type { Change, Entry } from '../../store/types.ts'
import { removeUnsent } from '../attachments/attachments.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { at, names, threadStream, timeKey, token } from '../kernel/names.ts'
import { deleteRecency } from '../kernel/recency.ts'
import type { MemberRecord, MessageRecord, ThreadRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'

const batch = 500
const purger = 'threadkeep'

/**
 * Removes everything of a deleted thread, its record last: a crash in between leaves a thread that is still deleted and still waits for its purge.
 * What stays for a while is a gravestone, so that the id, its events and its counts cannot be taken for those of a new thread. False: it is not
 * to be purged (restored, held, or not yet).
 */
export async function purgeThread(context: Context, threadId: string): Promise<boolean> {
  const { store, clock, limits } = context
  const root = at(names.threads, token(threadId))
  const [entry] = await store.get([root])
  if (!entry) return true
  const thread = asRecord<ThreadRecord>(entry.value)
  if (thread.purgeAt === undefined || thread.purgeAt > clock.now() || thread.legalHold) return false

  for await (const { value } of scan(store, names.messages(threadId))) {
    for (const id of asRecord<MessageRecord>(value).attachments) {
      const [attachment] = await store.get([at(names.attachments, token(id))])
      if (attachment?.value['threadId'] === threadId) await removeUnsent(context, attachment, purger)
    }
  }
  const parts = [
    names.messages,
    names.messageIds,
    names.edits,
    names.receipts,
    names.feedback,
    names.idempotency,
    names.dueOf,
  ]
  for (const part of parts) await clear(part(threadId), (found) => [remove(found)])
  await clear(names.members(threadId), (found) => {
    const member = asRecord<MemberRecord>(found.value)
    const changes: Change[] = [remove(found)]
    deleteRecency(changes, thread, member)
    return changes
  })
  const eventSeq = thread.eventSeq + 1
  const now = Math.max(clock.now(), thread.lastEventAt)
  const { id, ownerId, createdAt, deletedAt, purgeAt } = thread
  const stone = {
    id,
    ownerId,
    createdAt,
    deletedAt,
    purgeAt,
    status: thread.status,
    eventSeq,
    lastEventAt: now,
    recencyAt: thread.recencyAt,
    big: thread.big,
  }
  const changes: Change[] = [
    { type: 'check', at: root, version: entry.version },
    { type: 'put', at: root, value: asJson(stone), expiresAt: now + 2 * limits.eventRetention },
    { type: 'delete', at: at(names.purges, `${timeKey(thread.purgeAt)}/${token(threadId)}`) },
    { type: 'delete', at: at(names.retained, token(threadId)) },
    { type: 'delete', at: at(names.due, `${timeKey(thread.nextDueAt ?? 0)}/${token(threadId)}`) },
  ]
  const event = {
    stream: threadStream(threadId),
    eventSeq,
    type: 'thread.purged' as const,
    at: now,
    actorId: purger,
    threadId,
  }
  pushEvents(changes, [event], limits)
  const done = await store.commit(changes)
  if (done.ok) context.committed([event], [])
  return done.ok

  /** Empties a collection, a batch a commit. */
  async function clear(collection: string, changesFor: (found: Entry) => readonly Change[]): Promise<void> {
    for (;;) {
      const found = await store.list(collection, { limit: batch })
      if (found.length > 0) await store.commit(found.flatMap(changesFor))
      if (found.length < batch) return
    }
  }
}

function remove({ collection, key }: Entry): Change {
  return { type: 'delete', at: at(collection, key) }
}
