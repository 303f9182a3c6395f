import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { throwIfAborted } from '../../store/call-options.ts'
import { scan } from '../../store/scan.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import { at, names, seqKey, threadStream, timeKey, timeOfKey } from '../kernel/names.ts'
import type { RecencyRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { assertCount, assertMoment, normalId } from '../kernel/validate.ts'
import { streamTopic } from '../live/topics.ts'
import { directKey } from '../threads/direct-key.ts'
import { acceptFor } from './filter.ts'
import type { Kinds } from './kinds.ts'
import type { HistoryQuery, Message, StreamOptions } from './messages.types.ts'
import type { createMessageReads } from './read.ts'

const pollEvery = 1_000

/** Reads that run along a thread or across all of an actor's threads. */
export function createHistory(
  context: Context,
  door: Door,
  reader: ThreadReader,
  kinds: Kinds,
  reads: ReturnType<typeof createMessageReads>,
) {
  const { store, limits } = context

  async function history(actor: Actor, query: HistoryQuery = {}): Promise<readonly Message[]> {
    const { withUser, senderId, since, limit = limits.defaultPageSize } = query
    assertCount(limit, 'limit', limits.maxPageSize)
    if (since !== undefined) assertMoment(since, 'since')
    const accept = acceptFor(actor, kinds, {
      ...(senderId !== undefined && { authorIds: [normalId(senderId, 'user id')] }),
      ...(since !== undefined && { from: since }),
    })
    const newest: Message[] = []
    for await (const { threadId, activeAt } of threadsToRead(actor, withUser, since)) {
      // Threads come by falling activity: once the page is full, older threads cannot add anything newer.
      if (newest.length === limit && activeAt < newest[limit - 1]!.createdAt) break
      if (!(await reader.openMany(actor, [threadId]))[0]) continue
      newest.push(...(await reads.collect(threadId, { reverse: true }, limit, accept)))
      newest.sort((a, b) => b.createdAt - a.createdAt || b.seq - a.seq || (a.id < b.id ? 1 : -1))
      newest.length = Math.min(newest.length, limit)
    }
    return newest.reverse()
  }

  async function* threadsToRead(
    actor: Actor,
    withUser: string | undefined,
    since: number | undefined,
  ): AsyncGenerator<{ threadId: string; activeAt: number }> {
    if (withUser !== undefined) {
      const [direct] = await store.get([at(names.direct, directKey(actor.userId, normalId(withUser, 'user id')))])
      if (direct) yield { threadId: direct.value['threadId'] as string, activeAt: Number.POSITIVE_INFINITY }
      return
    }
    const range = since === undefined ? {} : { after: timeKey(since) }
    for await (const entry of scan(store, names.threadsOf(actor.userId), { ...range, reverse: true, pageSize: 100 })) {
      yield { threadId: asRecord<RecencyRecord>(entry.value).threadId, activeAt: timeOfKey(entry.key) }
    }
  }

  async function* stream(
    first: Actor,
    threadId: string,
    options: StreamOptions = {},
  ): AsyncGenerator<readonly Message[], void, undefined> {
    const actor = await door.stream(first)
    const id = normalId(threadId, 'thread id')
    const { batchSize = 100, live = false, filter, signal } = options
    assertCount(batchSize, 'batchSize', 1_000)
    const accept = acceptFor(actor, kinds, filter)
    let position = options.afterSeq ?? 0
    if (!Number.isSafeInteger(position) || position < 0)
      throw new ThreadkeepError('INVALID', 'afterSeq is a whole number from 0 on.')
    const news = live ? await watch(id) : undefined
    try {
      for (;;) {
        throwIfAborted(signal && { signal })
        // What has no end of its own is not cut short by closing, and a consumer may be waiting with nobody to hear a rejection.
        if (live && !context.gate.open) return
        context.gate.assertOpen()
        news?.reset()
        const { thread } = await reader.open(actor, id)
        const batch = await reads.collect(
          id,
          { after: seqKey(position), before: seqKey(thread.seq + 1) },
          batchSize,
          accept,
        )
        if (batch.length > 0) yield batch
        // A batch that is not full has seen everything up to the thread's seq of a moment ago.
        position = batch.length === batchSize ? batch[batch.length - 1]!.seq : Math.max(position, thread.seq)
        if (batch.length === batchSize) continue
        if (!news) return
        await news.wait(signal)
      }
    } finally {
      news?.stop()
    }
  }

  /** Wakes when a thread may have grown: by a hint, or by polling where hints do not flow. */
  async function watch(threadId: string) {
    let fresh = false
    let wake: (() => void) | undefined
    const stop = await context.live.subscribe(streamTopic(threadStream(threadId)), () => {
      fresh = true
      wake?.()
    })
    return {
      stop,
      reset: () => {
        fresh = false
      },
      wait: (signal: AbortSignal | undefined) =>
        new Promise<void>((resolve) => {
          if (fresh || signal?.aborted || !context.gate.open) return resolve()
          const timer = setTimeout(done, context.live.healthy ? 30 * pollEvery : pollEvery)
          function done(): void {
            clearTimeout(timer)
            signal?.removeEventListener('abort', done)
            context.gate.closing.removeEventListener('abort', done)
            wake = undefined
            resolve()
          }
          wake = done
          signal?.addEventListener('abort', done)
          context.gate.closing.addEventListener('abort', done)
        }),
    }
  }

  return { history, stream }
}
