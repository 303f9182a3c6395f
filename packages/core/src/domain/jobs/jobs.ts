import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { oneDay } from '../../store/clock.ts'
import { isSweepable } from '../../store/forward.ts'
import { scan } from '../../store/scan.ts'
import type { Store } from '../../store/types.ts'
import { removeUnsent } from '../attachments/attachments.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, names, seqKey, timeKey, token } from '../kernel/names.ts'
import type { AttachmentRecord, MessageRecord, RecencyRecord, ThreadRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import { removeMessages } from '../messages/remove.ts'
import type { Threads } from '../threads/threads.types.ts'
import type { JobReport, Jobs } from './jobs.types.ts'
import { purgeThread } from './purge-thread.ts'
import type { JobTally } from './run-job.ts'
import { runJob } from './run-job.ts'

const retentionBatch = 100

/** The jobs of a context. `base` is the store as it was given, for those that keep expired records until they are swept. */
export function createJobs(
  context: Context,
  writer: ThreadWriter,
  threads: Pick<Threads, 'delete'>,
  base: Store,
): Jobs {
  const { store, clock, limits } = context

  /** Counts out all that has expired in one thread, in as many commits as it takes. */
  async function expireThread(threadId: string, tally: JobTally): Promise<void> {
    const before = tally.examined
    for await (const { value } of scan(store, names.dueOf(threadId), { before: `${timeKey(clock.now())}0` })) {
      tally.examined++
      tally.remove(value['messageId'] as string)
    }
    if (tally.examined > before && !tally.dryRun) await writer.sweep(threadId)
  }

  /** Removes the oldest messages that a policy does not keep. */
  async function retain(threadId: string, tally: JobTally): Promise<void> {
    const [entry] = await store.get([at(names.threads, token(threadId))])
    const thread = entry && asRecord<ThreadRecord>(entry.value)
    if (!thread?.retention || thread.deletedAt !== undefined) return
    tally.examined++
    if (thread.legalHold) {
      tally.held++
      return
    }
    const { maxAge = Number.POSITIVE_INFINITY, maxMessages = Number.POSITIVE_INFINITY } = thread.retention
    let surplus = thread.messageCount - maxMessages
    let after = 0
    while (tally.mayGoOn) {
      const page = await store.list(names.messages(threadId), {
        after: seqKey(after),
        limit: Math.min(retentionBatch, tally.left),
      })
      const records = page.map(({ value }) => asRecord<MessageRecord>(value))
      // Deleted messages do not count, so they leave with those around them.
      const old: MessageRecord[] = []
      for (const record of records) {
        if (record.createdAt > clock.now() - maxAge && surplus <= 0) break
        if (record.deletedAt === undefined) surplus--
        old.push(record)
      }
      const gone = tally.dryRun || old.length === 0 ? old : await removeOld(threadId, old)
      for (const { id } of gone) tally.remove(id)
      if (old.length < retentionBatch) return
      after = records[records.length - 1]!.seq
    }
  }

  /** Answers what was still there to remove: nothing of a thread that is held by now. */
  async function removeOld(threadId: string, old: readonly MessageRecord[]): Promise<readonly MessageRecord[]> {
    const { result } = await writer.run(threadId, {
      actor: { userId: 'threadkeep', scopes: ['admin'] },
      action: 'thread.read',
      reads: true,
      async plan(scope) {
        if (scope.thread.legalHold) return []
        const found = await scope.read(old.map(({ seq }) => at(names.messages(threadId), seqKey(seq))))
        const still = found.flatMap((entry) => (entry ? [asRecord<MessageRecord>(entry.value)] : []))
        await removeMessages(context, scope, 'threadkeep', still)
        return still
      },
    })
    return result
  }

  async function* threadsToClean(userId: string | undefined, cutoff: number): AsyncGenerator<ThreadRecord> {
    if (userId === undefined) {
      for await (const { value } of scan(store, names.threads)) yield asRecord<ThreadRecord>(value)
      return
    }
    for await (const { value } of scan(store, names.threadsOf(userId), {
      before: timeKey(cutoff),
    })) {
      const [entry] = await store.get([at(names.threads, token(asRecord<RecencyRecord>(value).threadId))])
      // Others' threads are theirs to clean.
      if (entry?.value['ownerId'] === userId) yield asRecord<ThreadRecord>(entry.value)
    }
  }

  /** Whether an attachment will never be seen again: not finished, not sent in time, or its message is gone. */
  async function isAbandoned(record: AttachmentRecord): Promise<boolean> {
    if (record.external) return false
    const age = clock.now() - record.createdAt
    if (record.state === 'uploading') return age > limits.uploadWindow
    if (record.messageId === undefined) return age > limits.unsentWindow
    const [message] = await findMessages(store.get, record.threadId!, [record.messageId])
    return message === undefined
  }

  return {
    expire: (actor, options = {}) =>
      runJob(context, actor, 'expiry', options, async (tally) => {
        for await (const { value } of scan(store, names.due, { before: `${timeKey(clock.now())}0`, pageSize: 100 })) {
          if (!tally.mayGoOn) return
          await expireThread(value['threadId'] as string, tally)
        }
        for await (const { value } of scan(store, names.retained)) {
          if (!tally.mayGoOn) return
          await retain(value['threadId'] as string, tally)
        }
        while (!tally.dryRun && isSweepable(base) && context.gate.open && (await base.sweep(1_000)) === 1_000);
      }),

    async cleanup(actor, options) {
      requireScope(actor, 'admin')
      const { olderThanDays } = options
      const userId = options.userId === undefined ? undefined : normalId(options.userId, 'user id')
      if (!(olderThanDays > 0)) throw new ThreadkeepError('INVALID', 'olderThanDays is a number above zero.')
      const cutoff = clock.now() - olderThanDays * oneDay
      if (!options.dryRun)
        await recordAudit(context, actor, {
          action: 'cleanup',
          ...(userId !== undefined && { userId }),
          details: { olderThanDays },
        })
      return runJob(context, actor, 'cleanup', options, async (tally) => {
        for await (const thread of threadsToClean(userId, cutoff)) {
          if (!tally.mayGoOn) return
          tally.examined++
          if (thread.deletedAt !== undefined || thread.lastActivityAt >= cutoff) continue
          if (thread.legalHold) {
            tally.held++
            continue
          }
          if (!options.dryRun) await threads.delete(actor, thread.id)
          tally.remove(thread.id)
        }
      })
    },

    purge: (actor, options = {}) =>
      runJob(context, actor, 'purge', options, async (tally) => {
        for await (const { value } of scan(store, names.purges, {
          before: `${timeKey(clock.now())}0`,
          pageSize: 100,
        })) {
          if (!tally.mayGoOn) return
          tally.examined++
          const threadId = value['threadId'] as string
          if (tally.dryRun || (await purgeThread(context, threadId))) tally.remove(threadId)
          else tally.held++
        }
      }),

    uploads: (actor, options = {}) =>
      runJob(context, actor, 'uploads', options, async (tally) => {
        for await (const entry of scan(store, names.attachments)) {
          if (!tally.mayGoOn) return
          tally.examined++
          const record = asRecord<AttachmentRecord>(entry.value)
          if (!(await isAbandoned(record))) continue
          if (tally.dryRun || (await removeUnsent(context, entry, actor.userId))) tally.remove(record.id)
        }
        if (!context.blobs) return
        for await (const blob of context.blobs.list()) {
          if (!tally.mayGoOn) return
          tally.examined++
          const [known] = await store.get([at(names.blobs, blob.key)])
          // A young blob may be ahead of its record.
          if (known || clock.now() - blob.modifiedAt < limits.uploadWindow) continue
          if (!tally.dryRun) await context.blobs.delete(blob.key)
          tally.remove(blob.key)
        }
      }),

    async runs(actor: Actor, query = {}) {
      requireScope(actor, 'admin')
      const { job, limit = 50 } = query
      assertCount(limit, 'limit', 1_000)
      const jobs: readonly JobReport['job'][] = job === undefined ? ['expiry', 'cleanup', 'purge', 'uploads'] : [job]
      const found = await Promise.all(
        jobs.map((name) => store.list(names.runs, { prefix: `${name}/`, reverse: true, limit })),
      )
      return found
        .flat()
        .map(({ value }) => asRecord<JobReport>(value))
        .sort((a, b) => b.startedAt - a.startedAt)
        .slice(0, limit)
    },
  }
}
