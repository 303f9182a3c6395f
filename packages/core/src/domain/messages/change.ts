import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Entry, Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { deleteDue, putDue } from '../kernel/due.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import { assertAllowed } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, assertMetadata, mergePatch, normalId } from '../kernel/validate.ts'
import { checkContent, checkData, factsOf } from './content.ts'
import type { Kinds } from './kinds.ts'
import { assertFits, assertKind } from './kinds.ts'
import type { Message, MessageEdit, MessagePatch } from './messages.types.ts'
import type { createMessageReads } from './read.ts'
import { messageNotFound } from './read.ts'
import { editAddress, removeMessages } from './remove.ts'
import { toMessage } from './to-message.ts'

const tailBatch = 100

/** Editing, deleting and restoring messages: each one commit, but for long tails. */
export function createMessageChanges(
  context: Context,
  writer: ThreadWriter,
  kinds: Kinds,
  reads: ReturnType<typeof createMessageReads>,
) {
  const { limits, store } = context

  /** Runs a change on one stored message of a thread: own ones need a member, others' an editor. */
  async function change(
    actor: Actor,
    threadId: string,
    messageId: string,
    plan: (scope: ThreadScope, record: MessageRecord, version: Version) => MessageRecord | Promise<MessageRecord>,
  ): Promise<Message> {
    const id = normalId(messageId, 'message id')
    const { result, state } = await writer.run(normalId(threadId, 'thread id'), {
      actor,
      action: 'message.change-own',
      reads: true,
      async plan(scope) {
        const entry = await find(scope, id)
        const record = asRecord<MessageRecord>(entry.value)
        assertVisible(actor, record)
        if (record.authorId !== actor.userId) assertMayChangeOthers(scope, actor, record)
        const changed = await plan(scope, record, entry.version)
        return { changed, version: changed === record ? entry.version : undefined }
      },
    })
    return toMessage(result.changed, result.version ?? state.version)
  }

  /** Editors change what others wrote; in a direct thread nobody touches the other one's words. */
  function assertMayChangeOthers(scope: ThreadScope, actor: Actor, record: MessageRecord): void {
    assertAllowed(actor, 'message.change-any', scope.thread, scope.members.get(actor.userId)?.role)
    if (scope.thread.direct && record.role === 'user' && !hasScope(actor, 'admin'))
      throw new ThreadkeepError('FORBIDDEN', 'In a direct thread only its author changes a message.')
  }

  async function find(scope: ThreadScope, messageId: string): Promise<Entry> {
    const [entry] = await findMessages(scope.read, scope.thread.id, [messageId])
    if (!entry) throw messageNotFound()
    return entry
  }

  function write(scope: ThreadScope, record: MessageRecord): void {
    scope.put(at(names.messages(scope.thread.id), seqKey(record.seq)), asJson(record), record.expiresAt)
  }

  function assertNotHeld(scope: ThreadScope): void {
    if (scope.thread.legalHold)
      throw new ThreadkeepError('LEGAL_HOLD', 'This thread is held: nothing can be removed from it.')
  }

  return {
    edit(
      actor: Actor,
      threadId: string,
      messageId: string,
      patch: MessagePatch,
      options: { readonly version?: Version } = {},
    ): Promise<Message> {
      return change(actor, threadId, messageId, (scope, record, version) => {
        if (record.deletedAt !== undefined) throw messageNotFound()
        if (options.version !== undefined && options.version !== version) {
          throw new ThreadkeepError('CONFLICT', 'The message was changed since you read it: read it again.')
        }
        const edited = applyPatch(record, patch)
        scope.put(
          editAddress(scope.thread.id, record.seq, edited.edits),
          asJson(earlier(record, actor, scope.now)),
          record.expiresAt,
        )
        const next = { ...edited, editedAt: scope.now }
        const facts = factsOf(next)
        write(scope, next)
        // When it expires, it is counted out as it is then.
        if (next.expiresAt !== undefined)
          putDue(scope, { dueAt: next.expiresAt, seq: record.seq, messageId: record.id, facts })
        scope.update({ updatedAt: scope.now })
        scope.emit({
          type: 'message.edited',
          actorId: actor.userId,
          seq: record.seq,
          messageId: record.id,
          message: facts,
          before: factsOf(record),
        })
        return next
      })
    },

    async edits(
      actor: Actor,
      threadId: string,
      messageId: string,
      { limit = limits.maxPageSize, before }: { readonly limit?: number; readonly before?: number } = {},
    ): Promise<readonly MessageEdit[]> {
      const id = normalId(threadId, 'thread id')
      assertCount(limit, 'limit', limits.maxPageSize)
      if (before !== undefined) assertCount(before, 'before', Number.MAX_SAFE_INTEGER)
      const { seq, edits, deletedAt } = await reads.get(actor, id, messageId)
      if (deletedAt !== undefined) throw messageNotFound()
      const last = Math.min(edits, (before ?? edits + 1) - 1)
      const first = Math.max(1, last - limit + 1)
      const addresses = Array.from({ length: last - first + 1 }, (_, i) => editAddress(id, seq, first + i))
      const entries = await store.get(addresses)
      return entries.flatMap((entry) => (entry ? [asRecord<MessageEdit>(entry.value)] : []))
    },

    async delete(
      actor: Actor,
      threadId: string,
      messageId: string,
      options: { readonly mode?: 'soft' | 'hard' } = {},
    ): Promise<void> {
      await change(actor, threadId, messageId, async (scope, record) => {
        if (options.mode === 'hard') {
          assertNotHeld(scope)
          await removeMessages(context, scope, actor.userId, [record])
          return record
        }
        if (record.deletedAt !== undefined) return record
        const deleted = { ...record, deletedAt: scope.now, deletedBy: actor.userId }
        write(scope, deleted)
        if (record.expiresAt !== undefined) deleteDue(scope, record.expiresAt, record.seq)
        scope.update({ messageCount: scope.thread.messageCount - 1, updatedAt: scope.now })
        scope.emit({
          type: 'message.deleted',
          actorId: actor.userId,
          seq: record.seq,
          messageId: record.id,
          message: factsOf(record),
        })
        return deleted
      })
    },

    restore(actor: Actor, threadId: string, messageId: string): Promise<Message> {
      return change(actor, threadId, messageId, (scope, record) => {
        if (record.deletedAt === undefined) return record
        // What an editor has taken away, its author cannot bring back.
        if (record.deletedBy !== actor.userId) assertMayChangeOthers(scope, actor, record)
        const { deletedAt, deletedBy, ...restored } = record
        const facts = factsOf(restored)
        write(scope, restored)
        if (restored.expiresAt !== undefined)
          putDue(scope, { dueAt: restored.expiresAt, seq: record.seq, messageId: record.id, facts })
        scope.update({ messageCount: scope.thread.messageCount + 1, updatedAt: scope.now })
        scope.emit({
          type: 'message.restored',
          actorId: actor.userId,
          seq: record.seq,
          messageId: record.id,
          message: facts,
        })
        return restored
      })
    },

    /** `threads.truncate`: from the end towards the anchor, so that a crash in between leaves a thread that is merely longer. */
    async truncate(
      actor: Actor,
      threadId: string,
      messageId: string,
      options: { readonly inclusive?: boolean } = {},
    ): Promise<number> {
      const id = normalId(threadId, 'thread id')
      const anchorId = normalId(messageId, 'message id')
      let removed = 0
      let after: number | undefined
      for (;;) {
        const { result } = await writer.run(id, {
          actor,
          action: 'thread.truncate',
          reads: true,
          async plan(scope) {
            assertNotHeld(scope)
            // Found in the commit that begins to remove: it is there at that moment.
            const start = after ?? (await seqOf(scope, actor, anchorId)) - (options.inclusive ? 1 : 0)
            const range = { after: seqKey(start), reverse: true, limit: tailBatch }
            const tail = await store.list(names.messages(id), range)
            await removeMessages(
              context,
              scope,
              actor.userId,
              tail.map((entry) => asRecord<MessageRecord>(entry.value)),
            )
            return { start, count: tail.length }
          },
        })
        after = result.start
        removed += result.count
        if (result.count < tailBatch) return removed
      }
    },
  }

  async function seqOf(scope: ThreadScope, actor: Actor, messageId: string): Promise<number> {
    const record = asRecord<MessageRecord>((await find(scope, messageId)).value)
    assertVisible(actor, record)
    return record.seq
  }

  function assertVisible(actor: Actor, record: MessageRecord): void {
    if (kinds.isHidden(record.kind) && !reads.seesHidden(actor)) throw messageNotFound()
  }

  /** Earlier versions are shown to whoever sees the message: what is hidden must not turn visible. */
  function assertMayBecome(from: string, to: string): void {
    assertKind(to)
    if (kinds.isHidden(from) || kinds.isHidden(to))
      throw new ThreadkeepError(
        'INVALID',
        'Hidden items keep their kind, and no other becomes one: delete it and write anew.',
      )
  }

  function applyPatch(record: MessageRecord, patch: MessagePatch): MessageRecord {
    const content = patch.content === undefined ? record.content : checkContent(patch.content, limits)
    const data = patch.data === undefined ? record.data : checkData(patch.data, limits)
    const { kind = record.kind } = patch
    if (kind !== record.kind) assertMayBecome(record.kind, kind)
    assertFits(kinds, kind, content, data)
    let metadata = record.metadata
    if (patch.metadata !== undefined) {
      if (patch.metadata !== null) assertMetadata(patch.metadata, limits)
      metadata = patch.metadata === null ? {} : mergePatch(metadata, patch.metadata)
      assertMetadata(metadata, limits)
    }
    return {
      ...record,
      kind,
      ...(content !== undefined && { content }),
      ...(data !== undefined && { data }),
      metadata,
      edits: record.edits + 1,
    }
  }
}

function earlier(record: MessageRecord, actor: Actor, editedAt: number): MessageEdit {
  const { content, data, metadata } = record
  return {
    ...(content !== undefined && { content }),
    ...(data !== undefined && { data }),
    metadata,
    editedAt,
    editedBy: actor.userId,
  }
}
