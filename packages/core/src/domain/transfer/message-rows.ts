import { isThreadkeepError, ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, names, seqKey, token } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertMetadata, copyJson, normalId } from '../kernel/validate.ts'
import { checkContent, checkData } from '../messages/content.ts'
import { assertKind } from '../messages/kinds.ts'
import { placeMessage } from '../messages/place.ts'
import { editAddress } from '../messages/remove.ts'
import type { RowOf } from './rows.ts'
import type { ImportedThread } from './thread-rows.ts'

const importer: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** A row whose message this store would keep. */
interface Good {
  readonly row: RowOf<'message'>
  readonly record: MessageRecord
}

/** Writes the messages of rows, with their numbers, times, earlier versions and opinions. */
export function createMessageRows(context: Context, writer: ThreadWriter) {
  const { limits } = context

  /** The row's message as this store keeps it; refuses what `append` would refuse. Fields that it does not know are left behind. */
  function check(actor: Actor, { message, history = [] }: RowOf<'message'>): MessageRecord {
    if (message.authorId !== actor.userId && message.role === 'user' && !hasScope(actor, 'admin'))
      throw new ThreadkeepError('FORBIDDEN', 'Only an admin imports what others have said.')
    const { threadId, seq, kind, role, content, data, metadata, replyTo, clientId, createdAt, expiresAt, editedAt } =
      message
    assertKind(kind)
    assertMetadata(metadata, limits)
    if (content === undefined && kind === 'message')
      throw new ThreadkeepError('INVALID_CONTENT', 'A message has content.')
    const attachments = [...new Set(message.attachments.map((id) => normalId(id, 'attachment id')))]
    if (attachments.length > limits.maxAttachmentsPerMessage)
      throw new ThreadkeepError(
        'INVALID_LIMIT',
        `A message carries at most ${limits.maxAttachmentsPerMessage} attachments.`,
      )
    return {
      id: normalId(message.id, 'message id'),
      threadId,
      seq,
      kind,
      role,
      authorId: normalId(message.authorId, 'user id'),
      ...(content !== undefined && { content: checkContent(content, limits) }),
      ...(data !== undefined && { data: checkData(data, limits) }),
      metadata: copyJson(metadata),
      ...(replyTo !== undefined && { replyTo: normalId(replyTo, 'message id') }),
      attachments,
      ...(clientId !== undefined && { clientId: normalId(clientId, 'client message id') }),
      createdAt,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(editedAt !== undefined && { editedAt }),
      edits: history.length,
    }
  }

  /** In one commit. True: written; false: there already, or expired since; a row that cannot be written answers its error and stops no other. */
  return async function writeMessages(
    actor: Actor,
    { id, created }: ImportedThread,
    rows: readonly RowOf<'message'>[],
    dryRun: boolean,
  ): Promise<readonly (boolean | ThreadkeepError)[]> {
    const checked = rows.map((row): Good | ThreadkeepError => {
      try {
        return { row, record: check(actor, row) }
      } catch (error) {
        if (isThreadkeepError(error)) return error
        throw error
      }
    })
    if (dryRun && created) return checked.map((one) => (isThreadkeepError(one) ? one : true))
    const { result } = await writer.run(id, {
      actor: importer,
      action: 'thread.read',
      reads: true,
      weight: rows.length,
      plan: (scope) => planAll(scope, actor, checked, dryRun),
    })
    return result
  }

  async function planAll(
    scope: ThreadScope,
    actor: Actor,
    checked: readonly (Good | ThreadkeepError)[],
    dryRun: boolean,
  ): Promise<(boolean | ThreadkeepError)[]> {
    const { id, updatedAt } = scope.thread
    const good = checked.filter((one): one is Good => !isThreadkeepError(one))
    const [ids, slots] = await Promise.all([
      findMessages(
        scope.read,
        id,
        good.map(({ record }) => record.id),
      ),
      scope.read(good.map(({ record }) => at(names.messages(id), seqKey(record.seq)))),
    ])
    const takenIds = new Set(ids.flatMap((entry, i) => (entry ? [good[i]!.record.id] : [])))
    const takenSeqs = new Set(slots.flatMap((entry, i) => (entry ? [good[i]!.record.seq] : [])))
    const outcomes = checked.map((one): boolean | ThreadkeepError => {
      if (isThreadkeepError(one)) return one
      const { row, record } = one
      const { legalHold } = scope.thread
      // What has expired since the export is not brought back.
      const expired = record.expiresAt !== undefined && record.expiresAt <= scope.now
      if (takenIds.has(record.id) || (expired && !legalHold)) return false
      takenIds.add(record.id)
      if (dryRun) return true
      const seq = takenSeqs.has(record.seq) ? scope.thread.seq + 1 : record.seq
      takenSeqs.add(seq)
      const { expiresAt, ...lasting } = record
      place(scope, actor, row, { ...(legalHold ? lasting : record), threadId: id, seq })
      return true
    })
    // An import tells of old times: it does not make the thread any newer.
    scope.update({ updatedAt })
    return outcomes
  }

  function place(scope: ThreadScope, actor: Actor, row: RowOf<'message'>, record: MessageRecord): void {
    const { threadId, id, seq, createdAt, expiresAt } = record
    placeMessage(scope, actor.userId, record, createdAt)
    for (const [n, edit] of (row.history ?? []).entries())
      scope.put(editAddress(threadId, seq, n + 1), asJson(edit), expiresAt)
    for (const { userId, feedback, at: moment } of row.opinions ?? []) {
      if (userId !== actor.userId && !hasScope(actor, 'admin')) continue
      const address = at(names.feedback(threadId), `${token(id)}/${token(normalId(userId, 'user id'))}`)
      scope.put(address, { userId, feedback, at: moment }, expiresAt)
    }
  }
}
