import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { at, names, token } from '../kernel/names.ts'
import type { AttachmentRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'

/**
 * Hangs finished uploads of the actor's into messages, in the commit of the messages. `NOT_FOUND` for what is missing or
 * another's, `CONFLICT` for an upload that is not finished or hangs in a message already.
 */
export async function claimAttachments(
  scope: ThreadScope,
  actor: Actor,
  claims: readonly { readonly messageId: string; readonly attachmentId: string }[],
): Promise<void> {
  if (claims.length === 0) return
  const entries = await scope.read(claims.map(({ attachmentId }) => at(names.attachments, token(attachmentId))))
  const claimed = new Set<string>()
  claims.forEach(({ messageId }, i) => {
    const entry = entries[i]
    const attachment = entry && asRecord<AttachmentRecord>(entry.value)
    if (!attachment || attachment.ownerId !== actor.userId)
      throw new ThreadkeepError('NOT_FOUND', 'There is no such attachment.')
    if (attachment.state !== 'ready')
      throw new ThreadkeepError('CONFLICT', 'The attachment is not complete: upload its bytes and complete it first.')
    if (attachment.messageId !== undefined || claimed.has(attachment.id))
      throw new ThreadkeepError('CONFLICT', 'The attachment hangs in another message already.')
    claimed.add(attachment.id)
    const address = at(entry!.collection, entry!.key)
    scope.check(address, entry!.version)
    scope.put(address, asJson({ ...attachment, threadId: scope.thread.id, messageId }))
  })
}
