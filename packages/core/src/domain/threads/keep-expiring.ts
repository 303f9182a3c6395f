import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { deleteDue } from '../kernel/due.ts'
import { placeRecordAt } from '../kernel/message-places.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { factsOf } from '../messages/content.ts'
import { editAddress } from '../messages/remove.ts'

const batch = 100
const keeper: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** Takes the expiry off every message of a held thread, with its id and earlier versions. Repeating it is fine. */
export async function keepExpiring(context: Context, writer: ThreadWriter, threadId: string): Promise<void> {
  for (let after = 0; ; ) {
    const { result } = await writer.run(threadId, {
      actor: keeper,
      action: 'thread.read',
      reads: true,
      onDeleted: true,
      weight: batch,
      async plan(scope) {
        if (!scope.thread.legalHold) return undefined
        const found = await context.store.list(names.messages(threadId), { after: seqKey(after), limit: batch })
        const records = found.map(({ value }) => asRecord<MessageRecord>(value))
        for (const record of records) await keep(scope, record)
        return records.length < batch ? undefined : records[records.length - 1]!.seq
      },
    })
    if (result === undefined) return
    after = result
  }
}

async function keep(scope: ThreadScope, { expiresAt, ...record }: MessageRecord): Promise<void> {
  if (expiresAt === undefined) return
  const { id, threadId, seq, edits, deletedAt } = record
  scope.put(at(names.messages(threadId), seqKey(seq)), asJson(record))
  const placeAt = placeRecordAt(threadId, record)
  if (placeAt) scope.put(placeAt, { seq })
  const earlier =
    edits === 0 ? [] : await scope.read(Array.from({ length: edits }, (_, i) => editAddress(threadId, seq, i + 1)))
  for (const edit of earlier) if (edit) scope.put(at(edit.collection, edit.key), edit.value)
  if (deletedAt !== undefined) return
  deleteDue(scope, expiresAt, seq)
  // Whoever knows the message by its event, such as a search index, looks at it again.
  const message = factsOf(record)
  scope.emit({ type: 'message.edited', actorId: keeper.userId, seq, messageId: id, message, before: message })
}
