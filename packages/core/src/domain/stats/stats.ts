import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { oneDay } from '../../store/clock.ts'
import { scan } from '../../store/scan.ts'
import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, outboxShards, threadStream, timeOfKey, token } from '../kernel/names.ts'
import type { RecencyRecord, ThreadRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { OpenThread, ThreadReader } from '../kernel/thread-reader.ts'
import { normalId } from '../kernel/validate.ts'
import { oldestWaiting } from '../projections/oldest-waiting.ts'
import type { StatisticsProjection } from '../projections/statistics-projection.ts'
import type { ThreadTally } from '../projections/thread-tally.ts'
import { dayOf, emptyTally } from '../projections/thread-tally.ts'
import { createReconcile } from './reconcile.ts'
import type { DayCount, Stats, SystemStats, ThreadStats, UserStats } from './stats.types.ts'

const maxDays = 3660
const shards = Array.from({ length: outboxShards }, (_, shard) => String(shard))

/** The statistics of a context: read from what the projection keeps, each answer saying up to when it counts. */
export function createStats(context: Context, reader: ThreadReader, projection: StatisticsProjection): Stats {
  const { store, clock } = context

  /** Up to when everything is counted: what waits, and what has expired but is not counted out, comes after. */
  async function countedThrough(): Promise<Millis> {
    const [waiting, [due]] = await Promise.all([
      oldestWaiting(store, 'statistics'),
      store.list(names.due, { limit: 1 }),
    ])
    return Math.min(
      clock.now(),
      waiting ?? Number.POSITIVE_INFINITY,
      due ? timeOfKey(due.key) : Number.POSITIVE_INFINITY,
    )
  }

  async function user(actor: Actor, userId: string): Promise<UserStats> {
    const id = normalId(userId, 'user id')
    if (id !== actor.userId) requireScope(actor, 'stats:system')
    let [totalThreads, totalMessages] = [0, 0]
    let [firstActivityAt, lastActivityAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    let threadIds: string[] = []
    const countThreads = async (): Promise<void> => {
      for (const one of await reader.openMany({ userId: id }, threadIds)) {
        if (!one) continue
        totalThreads++
        totalMessages += one.thread.messageCount
        firstActivityAt = Math.min(firstActivityAt, one.thread.createdAt)
        lastActivityAt = Math.max(lastActivityAt, one.thread.lastActivityAt)
      }
      threadIds = []
    }
    for await (const entry of scan(store, names.threadsOf(id))) {
      if (threadIds.push(asRecord<RecencyRecord>(entry.value).threadId) === 500) await countThreads()
    }
    await countThreads()
    const [authored, asOf] = await Promise.all([authoredBy(id), countedThrough()])
    return {
      userId: id,
      totalThreads,
      totalMessages,
      averageMessagesPerThread: totalThreads === 0 ? 0 : totalMessages / totalThreads,
      authoredMessages: authored,
      ...(totalThreads > 0 && { firstActivityAt, lastActivityAt }),
      asOf,
    }
  }

  async function authoredBy(userId: string): Promise<number> {
    const parts = await store.get(shards.map((shard) => at(names.statsAuthoredBy(token(userId)), shard)))
    return parts.reduce((sum, part) => sum + ((part?.value['count'] as number | undefined) ?? 0), 0)
  }

  async function threads(actor: Actor, threadIds: readonly string[]): Promise<readonly (ThreadStats | undefined)[]> {
    const ids = threadIds.map((id) => normalId(id, 'thread id'))
    const [opened, tallies] = await Promise.all([
      reader.openMany(actor, ids),
      store.get(ids.map((id) => at(names.statsStreams, threadStream(id)))),
    ])
    return Promise.all(
      opened.map((one, i) => one && statsOf(one, tallies[i] ? asRecord<ThreadTally>(tallies[i].value) : undefined)),
    )
  }

  /** What a tally says; one that a removal made stale is recounted first. */
  async function statsOf({ thread }: OpenThread, stored: ThreadTally | undefined): Promise<ThreadStats> {
    const known = stored ?? emptyTally(threadStream(thread.id), thread.id)
    const tally = known.stale ? ((await projection.recount(thread.id)) ?? known) : known
    const { messages, byRole, length, firstMessageAt, lastMessageAt, responses } = tally
    const [user, assistant] = [byRole['user'] ?? 0, byRole['assistant'] ?? 0]
    const sorted = [...responses].sort((a, b) => a - b)
    return {
      threadId: thread.id,
      messageCount: messages,
      byRole: { user, assistant, system: byRole['system'] ?? 0, tool: byRole['tool'] ?? 0 },
      ...(firstMessageAt !== undefined && { firstMessageAt }),
      ...(lastMessageAt !== undefined && { lastMessageAt }),
      durationMs: (lastMessageAt ?? 0) - (firstMessageAt ?? 0),
      averageLength: messages === 0 ? 0 : length / messages,
      responseRatio: user === 0 ? 0 : assistant / user,
      ...(sorted.length > 0 && {
        responseTimeMedianMs: median(sorted),
        responseTimeP95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1]!,
      }),
      asOf: asOf(thread, tally),
    }
  }

  function asOf(thread: ThreadRecord, tally: ThreadTally): Millis {
    return tally.eventSeq >= thread.eventSeq ? clock.now() : tally.lastEventAt
  }

  async function system(actor: Actor): Promise<SystemStats> {
    requireScope(actor, 'stats:system')
    const [parts, through] = await Promise.all([
      store.get(shards.map((shard) => at(names.statsSystem, shard))),
      countedThrough(),
    ])
    const sum = (field: string): number =>
      parts.reduce((total, part) => total + ((part?.value[field] as number | undefined) ?? 0), 0)
    const [totalUsers, totalThreads, totalMessages] = [sum('users'), sum('threads'), sum('messages')]
    return {
      totalUsers,
      totalThreads,
      totalMessages,
      storageBytes: sum('bytes'),
      averageMessagesPerUser: totalUsers === 0 ? 0 : totalMessages / totalUsers,
      averageMessagesPerThread: totalThreads === 0 ? 0 : totalMessages / totalThreads,
      asOf: through,
    }
  }

  async function perDay(
    actor: Actor,
    query: { readonly threadId?: string; readonly from: Millis; readonly to: Millis },
  ): Promise<readonly DayCount[]> {
    const days = daysOf(query.from, query.to)
    if (query.threadId === undefined) {
      requireScope(actor, 'stats:system')
      const parts = await store.get(
        days.flatMap((day) => shards.map((shard) => at(names.statsDays, `${day}/${shard}`))),
      )
      return days.map((day, i) => ({ day, messages: sumOf(parts.slice(i * outboxShards, (i + 1) * outboxShards)) }))
    }
    const id = normalId(query.threadId, 'thread id')
    const [, parts] = await Promise.all([
      reader.open(actor, id),
      store.get(days.map((day) => at(names.statsThreadDays(id), day))),
    ])
    return days.map((day, i) => ({ day, messages: sumOf([parts[i]]) }))
  }

  return {
    user,
    async thread(actor, threadId) {
      const opened = await reader.open(actor, threadId)
      const [tally] = await store.get([at(names.statsStreams, threadStream(opened.thread.id))])
      return statsOf(opened, tally && asRecord<ThreadTally>(tally.value))
    },
    threads,
    system,
    perDay,
    reconcile: createReconcile(context, projection),
  }
}

function sumOf(parts: readonly ({ readonly value: { readonly [name: string]: unknown } } | undefined)[]): number {
  return parts.reduce((sum, part) => sum + ((part?.value['count'] as number | undefined) ?? 0), 0)
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Every UTC day that `[from, to)` touches. */
function daysOf(from: Millis, to: Millis): string[] {
  if (!Number.isFinite(from) || !Number.isFinite(to) || to <= from)
    throw new ThreadkeepError('INVALID', 'from and to are times in epoch milliseconds, from before to.')
  const days: string[] = []
  for (let day = Math.floor(from / oneDay) * oneDay; day < to; day += oneDay) {
    if (days.length === maxDays) throw new ThreadkeepError('INVALID_LIMIT', `At most ${maxDays} days at once.`)
    days.push(dayOf(day))
  }
  return days
}
