import { scan } from '../../store/scan.ts'
import type { Entry } from '../../store/types.ts'
import type { Context } from '../kernel/context.ts'
import { deleteDue } from '../kernel/due.ts'
import { placeRecordAt } from '../kernel/message-places.ts'
import { at, names, seqKey, token } from '../kernel/names.ts'
import type { AttachmentRecord, MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import { factsOf } from './content.ts'

/**
 * Takes messages away for good, with their ids, earlier versions, opinions and attachments, and counts out those that still counted.
 * Blobs are left to the collector, which removes those without a record.
 */
export async function removeMessages(
  context: Context,
  scope: ThreadScope,
  actorId: string,
  records: readonly MessageRecord[],
): Promise<void> {
  const threadId = scope.thread.id
  const removed = new Set(records.map(({ id }) => id))
  const attachmentIds = records.flatMap(({ attachments }) => attachments)
  const attachments =
    attachmentIds.length === 0 ? [] : await scope.read(attachmentIds.map((id) => at(names.attachments, token(id))))
  for (const opinion of await opinions(context, threadId, records)) scope.delete(at(opinion.collection, opinion.key))
  for (const record of records) {
    const { seq, id } = record
    scope.delete(at(names.messages(threadId), seqKey(seq)))
    const placeAt = placeRecordAt(threadId, record)
    if (placeAt) scope.delete(placeAt)
    for (let edit = 1; edit <= record.edits; edit++) scope.delete(editAddress(threadId, seq, edit))
    const counted = record.deletedAt === undefined
    if (counted) scope.update({ messageCount: scope.thread.messageCount - 1 })
    if (counted && record.expiresAt !== undefined) deleteDue(scope, record.expiresAt, seq)
    scope.emit({ type: 'message.removed', actorId, seq, messageId: id, ...(counted && { message: factsOf(record) }) })
  }
  for (const entry of attachments) {
    if (!entry) continue
    const { id, size, ownerId, blobKey, threadId: carrier, messageId } = asRecord<AttachmentRecord>(entry.value)
    // A copy of a message (a fork, an import) names attachments that hang in another one.
    if (carrier !== threadId || !removed.has(messageId ?? '')) continue
    scope.delete(at(entry.collection, entry.key))
    scope.delete(at(names.blobs, blobKey))
    scope.emit({
      type: 'attachment.removed',
      actorId,
      attachmentId: id,
      userId: ownerId,
      ...(size !== undefined && { bytes: size }),
    })
  }
}

async function opinions(context: Context, threadId: string, records: readonly MessageRecord[]): Promise<Entry[]> {
  const [any] = await context.store.list(names.feedback(threadId), { limit: 1 })
  if (!any) return []
  const found = await Promise.all(
    records.map(({ id }) =>
      Array.fromAsync(scan(context.store, names.feedback(threadId), { prefix: `${token(id)}/` })),
    ),
  )
  return found.flat()
}

/** Where an earlier version of a message is kept. */
export function editAddress(threadId: string, seq: number, edit: number) {
  return at(names.edits(threadId), `${seqKey(seq)}/${seqKey(edit)}`)
}
