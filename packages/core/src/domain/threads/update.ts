import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Version } from '../../store/types.ts'
import { auditChange } from '../audit/record-audit.ts'
import type { Action } from '../kernel/access.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, timeKey, token } from '../kernel/names.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import { threadNotFound, toThread } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertMetadata, assertText, copyJson, mergePatch, normalId } from '../kernel/validate.ts'
import { directKey } from './direct-key.ts'
import { keepExpiring } from './keep-expiring.ts'
import { checkRetention } from './retention.ts'
import type { Thread, ThreadPatch, ThreadStatus } from './threads.types.ts'

/** Key of a deleted thread among those that wait for their purge. */
export function purgeKey(purgeAt: number, threadId: string): string {
  return `${timeKey(purgeAt)}/${token(threadId)}`
}

/** Changes to the thread itself: title, metadata, status, hold, deletion and restoration. */
export function createThreadUpdates(context: Context, writer: ThreadWriter) {
  const { limits } = context

  async function write(
    actor: Actor,
    threadId: string,
    action: Action,
    plan: (scope: ThreadScope) => void | Promise<void>,
    options: { onDeleted?: boolean } = {},
  ): Promise<Thread> {
    const { state } = await writer.run(normalId(threadId, 'thread id'), {
      actor,
      action,
      reads: true,
      ...options,
      plan,
    })
    return toThread(state.thread, state.version)
  }

  return {
    update(
      actor: Actor,
      threadId: string,
      patch: ThreadPatch,
      options: { readonly version?: Version; readonly replace?: boolean } = {},
    ): Promise<Thread> {
      const { title, metadata, retention } = patch
      if (title !== undefined) assertText(title, 'A title', 1, limits.maxTitleLength)
      if (metadata) assertMetadata(metadata, limits)
      const whole = metadata && options.replace ? copyJson(metadata) : undefined
      const policy = retention ? checkRetention(retention) : retention
      return write(actor, threadId, 'thread.update', (scope) => {
        if (options.version !== undefined) assertVersion(scope, options.version)
        const before = scope.thread.metadata
        const merged =
          whole ?? (metadata === undefined ? undefined : metadata === null ? {} : mergePatch(before, metadata))
        if (merged) assertMetadata(merged, limits)
        scope.update({
          updatedAt: scope.now,
          ...(title !== undefined && { title }),
          ...(merged && { metadata: merged }),
          ...(policy && { retention: policy }),
        })
        if (policy === null) {
          const { retention: _, ...rest } = scope.thread
          scope.replace(rest)
        }
        if (policy) scope.put(at(names.retained, token(scope.thread.id)), { threadId: scope.thread.id })
        if (policy === null) scope.delete(at(names.retained, token(scope.thread.id)))
        scope.emit({ type: 'thread.updated', actorId: actor.userId })
      })
    },

    setStatus(actor: Actor, threadId: string, status: ThreadStatus): Promise<Thread> {
      const checked = checkStatus(status)
      return write(actor, threadId, 'thread.status', (scope) => {
        scope.update({ status: checked, updatedAt: scope.now })
        scope.emit({ type: 'thread.updated', actorId: actor.userId })
      })
    },

    async setLegalHold(actor: Actor, threadId: string, held: boolean): Promise<Thread> {
      requireScope(actor, 'admin')
      const thread = await write(
        actor,
        threadId,
        'thread.status',
        (scope) => {
          scope.update({ legalHold: held, updatedAt: scope.now })
          scope.emit({ type: 'thread.updated', actorId: actor.userId })
          scope.changes.push(
            auditChange(context, actor, { action: `legal-hold.${held ? 'set' : 'lift'}`, threadId: scope.thread.id }),
          )
        },
        { onDeleted: true },
      )
      // What is written from now on does not expire; what was written before is kept here.
      if (held) await keepExpiring(context, writer, thread.id)
      return thread
    },

    async delete(actor: Actor, threadId: string, options: { readonly immediate?: boolean } = {}): Promise<void> {
      await write(actor, threadId, 'thread.delete', (scope) => {
        if (scope.thread.legalHold)
          throw new ThreadkeepError('LEGAL_HOLD', 'This thread is held: it cannot be deleted.')
        const purgeAt = scope.now + (options.immediate ? 0 : limits.deleteGrace)
        scope.update({ deletedAt: scope.now, purgeAt, updatedAt: scope.now })
        scope.put(at(names.purges, purgeKey(purgeAt, scope.thread.id)), { threadId: scope.thread.id })
        scope.emit({ type: 'thread.deleted', actorId: actor.userId })
        scope.changes.push(auditChange(context, actor, { action: 'thread.delete', threadId: scope.thread.id }))
      })
    },

    restore(actor: Actor, threadId: string): Promise<Thread> {
      const plan = async (scope: ThreadScope): Promise<void> => {
        const { deletedAt, purgeAt, ...rest } = scope.thread
        if (deletedAt === undefined || purgeAt === undefined) return
        if (purgeAt <= scope.now) throw threadNotFound()
        if (rest.direct) await assertStillTheOne(scope)
        scope.delete(at(names.purges, purgeKey(purgeAt, rest.id)))
        scope.replace({ ...rest, updatedAt: scope.now })
        scope.emit({ type: 'thread.restored', actorId: actor.userId })
      }
      return write(actor, threadId, 'thread.delete', plan, { onDeleted: true })
    },
  }

  /** Two people have one direct thread: they may have made another since this one was deleted. */
  async function assertStillTheOne(scope: ThreadScope): Promise<void> {
    const [one, other] = [...scope.members.keys()]
    if (one === undefined || other === undefined) return
    const [known] = await scope.read([at(names.direct, directKey(one, other))])
    if (known?.value['threadId'] !== scope.thread.id)
      throw new ThreadkeepError('CONFLICT', 'The two people have another direct thread by now.')
    scope.check(at(known.collection, known.key), known.version)
  }

  function assertVersion(scope: ThreadScope, version: Version): void {
    if (scope.version !== version)
      throw new ThreadkeepError('CONFLICT', 'The thread was changed since you read it: read it again.')
  }
}

/** Refuses what is not a status; answers an own copy. */
export function checkStatus(status: ThreadStatus): ThreadStatus {
  if (status?.type === 'active') return { type: 'active' }
  if (status?.type !== 'locked' && status?.type !== 'closed')
    throw new ThreadkeepError('INVALID', 'A status is active, locked or closed.')
  if (status.reason === undefined) return { type: status.type }
  assertText(status.reason, 'A reason', 1, 500)
  return { type: status.type, reason: status.reason }
}
