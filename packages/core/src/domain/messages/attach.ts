import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { at, names, token } from '../kernel/names.ts'
import type { AttachmentRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'

/**
 * Hangs finished uploads of the actor's into a message, in the commit of the message. `NOT_FOUND` for what is missing or
 * another's, `CONFLICT` for an upload that is not finished or hangs in a message already.
 */
export async function claimAttachments(
  scope: ThreadScope,
  actor: Actor,
  message: { readonly id: string; readonly attachments: readonly string[] },
): Promise<void> {
  const entries = await scope.read(message.attachments.map((id) => at(names.attachments, token(id))))
  for (const entry of entries) {
    const attachment = entry && asRecord<AttachmentRecord>(entry.value)
    if (!attachment || attachment.ownerId !== actor.userId)
      throw new ThreadkeepError('NOT_FOUND', 'There is no such attachment.')
    if (attachment.state !== 'ready')
      throw new ThreadkeepError('CONFLICT', 'The attachment is not complete: upload its bytes and complete it first.')
    if (attachment.messageId !== undefined)
      throw new ThreadkeepError('CONFLICT', 'The attachment hangs in another message already.')
    scope.check(entry, entry.version)
    scope.put(
      at(entry.collection, entry.key),
      asJson({ ...attachment, threadId: scope.thread.id, messageId: message.id }),
    )
  }
}
