import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Change, Version } from '../../store/types.ts'
import type { DomainEvent, EventType } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, shardOf, threadStream } from '../kernel/names.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { Ledger } from './ledger.ts'
import { createLedger } from './ledger.ts'
import type { CountMessage } from './message-lines.ts'
import { countMessages } from './message-lines.ts'
import { recountThread } from './recount-thread.ts'
import type { ThreadTally } from './thread-tally.ts'
import { emptyTally } from './thread-tally.ts'

/**
 * Counts events. Each stream's tally knows the number of the event it counted last and is advanced, with every sum it feeds,
 * in one commit that checks all of them: duplicates, replays and rivals change nothing. A gap is closed by a recount of the thread.
 */
export interface StatisticsProjection {
  /** Events of any streams, each stream's in order. `also` goes into the commit: what the events came from may be removed with it. */
  apply(events: readonly DomainEvent[], also?: readonly Change[]): Promise<void>
  /** Recounts a thread and sets its tally, and the sums, right. */
  recount(threadId: string): Promise<ThreadTally | undefined>
}

interface Loaded {
  readonly tally: ThreadTally
  readonly version: Version | null
}

const maxAttempts = 50
const wholeThread: ReadonlySet<EventType> = new Set<EventType>(['thread.deleted', 'thread.restored', 'thread.purged'])

/** The statistics of a context. */
export function createStatisticsProjection(context: Context): StatisticsProjection {
  const { store } = context

  async function load(
    streams: readonly string[],
    threadIds: ReadonlyMap<string, string | undefined>,
  ): Promise<Map<string, Loaded>> {
    const entries = await store.get(streams.map((stream) => at(names.statsStreams, stream)))
    return new Map(
      streams.map((stream, i) => {
        const entry = entries[i]
        return [
          stream,
          entry
            ? { tally: asRecord<ThreadTally>(entry.value), version: entry.version }
            : { tally: emptyTally(stream, threadIds.get(stream)), version: null },
        ]
      }),
    )
  }

  /** Cuts events where a thread moves as a whole, by its stored parts: what came before must be stored then. */
  async function apply(events: readonly DomainEvent[], also: readonly Change[] = []): Promise<void> {
    let from = 0
    for (let i = 1; i < events.length; i++) {
      if (!wholeThread.has(events[i]!.type)) continue
      await applyTogether(events.slice(from, i), [])
      from = i
    }
    await applyTogether(events.slice(from), also)
  }

  async function applyTogether(events: readonly DomainEvent[], also: readonly Change[]): Promise<void> {
    const threadIds = new Map(events.map(({ stream, threadId }) => [stream, threadId]))
    await commitTallies(threadIds, also, async (tallies, ledger) => {
      const count = countMessages(ledger)
      for (const event of events) {
        const tally = tallies.get(event.stream)!
        if (event.eventSeq <= tally.eventSeq) continue
        const next =
          event.eventSeq > tally.eventSeq + 1 && tally.threadId !== undefined
            ? await setRight(tally, ledger)
            : undefined
        const folded = next ?? fold(tally, event, ledger, count)
        tallies.set(event.stream, folded instanceof Promise ? await folded : folded)
      }
    })
  }

  /** Loads tallies, lets `advance` change them, and commits them with the sums they feed: once more when somebody was faster. */
  async function commitTallies(
    threadIds: ReadonlyMap<string, string | undefined>,
    also: readonly Change[],
    advance: (tallies: Map<string, ThreadTally>, ledger: Ledger) => Promise<void>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const loaded = await load([...threadIds.keys()], threadIds)
      const ledger = createLedger()
      const tallies = new Map([...loaded].map(([stream, { tally }]) => [stream, tally]))
      await advance(tallies, ledger)
      const changes: Change[] = [...also]
      for (const [stream, tally] of tallies) {
        const { tally: before, version } = loaded.get(stream)!
        if (tally !== before) changes.push(...writeTally(tally, version))
      }
      changes.push(...(await ledger.changes(context)))
      if (changes.length === 0 || (await store.commit(changes)).ok) return
      if (attempt >= maxAttempts)
        throw new ThreadkeepError('CONFLICT', 'The statistics are being written from too many places at once.', {
          retryable: true,
        })
    }
  }

  function writeTally(tally: ThreadTally, version: Version | null): Change[] {
    const address = at(names.statsStreams, tally.stream)
    const check: Change = { type: 'check', at: address, version }
    if (!tally.gone) return [check, { type: 'put', at: address, value: asJson(tally) }]
    // Kept as long as an old event may come again.
    return [
      check,
      {
        type: 'put',
        at: address,
        value: asJson(tally),
        expiresAt: tally.lastEventAt + 2 * context.limits.eventRetention,
      },
    ]
  }

  /** A thread's tally from a recount, its stored parts and the sums moved by what differs. Undefined when the thread is gone. */
  async function setRight(tally: ThreadTally, ledger: Ledger): Promise<ThreadTally | undefined> {
    const recounted = await recountThread(context, tally.threadId!)
    if (!recounted || recounted.tally.eventSeq < tally.eventSeq) return undefined
    const { tally: right, days, authors } = recounted
    const shard = String(shardOf(tally.stream))
    const system = at(names.statsSystem, shard)
    const counted = tally.shown && tally.eventSeq > 0
    ledger.add(system, 'threads', Number(right.shown) - Number(counted))
    ledger.add(system, 'messages', (right.shown ? right.messages : 0) - (counted ? tally.messages : 0))
    ledger.add(system, 'bytes', (right.shown ? right.bytes : 0) - (counted ? tally.bytes : 0))
    await setPartsRight(ledger, names.statsThreadDays(tally.threadId!), days, (day, stored, now) => {
      ledger.add(at(names.statsThreadDays(tally.threadId!), day), 'count', now - stored)
      ledger.add(at(names.statsDays, `${day}/${shard}`), 'count', (right.shown ? now : 0) - (counted ? stored : 0))
    })
    await setPartsRight(ledger, names.statsThreadAuthors(tally.threadId!), authors, (author, stored, now) => {
      ledger.add(at(names.statsThreadAuthors(tally.threadId!), author), 'count', now - stored)
      ledger.add(at(names.statsAuthoredBy(author), shard), 'count', (right.shown ? now : 0) - (counted ? stored : 0))
    })
    return right
  }

  async function setPartsRight(
    ledger: Ledger,
    collection: string,
    right: ReadonlyMap<string, number>,
    each: (name: string, stored: number, now: number) => void,
  ): Promise<void> {
    const stored = new Map<string, number>()
    for await (const { key, value } of scan(store, collection)) stored.set(key, value['count'] as number)
    for (const name of new Set([...stored.keys(), ...right.keys()])) {
      each(name, (stored.get(name) ?? 0) + ledger.pending(at(collection, name), 'count'), right.get(name) ?? 0)
    }
  }

  /** One event further. */
  function fold(
    tally: ThreadTally,
    event: DomainEvent,
    ledger: Ledger,
    count: CountMessage,
  ): ThreadTally | Promise<ThreadTally> {
    const { type, message, before } = event
    const moved = { ...tally, eventSeq: event.eventSeq, lastEventAt: event.at }
    const system = at(names.statsSystem, String(shardOf(event.stream)))
    switch (type) {
      case 'message.created':
        return message ? count(moved, message, 1, true) : moved
      case 'message.restored':
        return message ? count(moved, message, 1, false) : moved
      case 'message.deleted':
      case 'message.expired':
      case 'message.removed':
        return message ? count(moved, message, -1, false) : moved
      case 'message.edited':
        if (!message || !before) return moved
        if (moved.shown) ledger.add(system, 'bytes', message.bytes - before.bytes)
        return {
          ...moved,
          length: moved.length + message.length - before.length,
          bytes: moved.bytes + message.bytes - before.bytes,
        }
      case 'thread.created':
        ledger.add(system, 'threads', 1)
        return { ...moved, shown: true }
      case 'thread.deleted':
        if (!moved.shown) return moved
        return countThread(moved, -1, ledger).then(() => ({ ...moved, shown: false }))
      case 'thread.restored':
        if (moved.shown) return moved
        return countThread(moved, 1, ledger).then(() => ({ ...moved, shown: true }))
      case 'thread.purged':
        return forgetParts(moved, ledger).then(() => ({
          ...emptyTally(moved.stream, moved.threadId),
          eventSeq: event.eventSeq,
          lastEventAt: event.at,
          shown: false,
          gone: true,
        }))
      case 'user.created':
        ledger.add(system, 'users', 1)
        return moved
      case 'user.deleted':
        ledger.add(system, 'users', -1)
        return moved
      case 'attachment.ready':
        ledger.add(system, 'bytes', event.bytes ?? 0)
        return moved
      case 'attachment.removed':
        ledger.add(system, 'bytes', -(event.bytes ?? 0))
        return moved
      default:
        return moved
    }
  }

  /** A whole thread in or out of the sums, by its stored parts. The caller has committed what came before. */
  async function countThread(tally: ThreadTally, sign: 1 | -1, ledger: Ledger): Promise<void> {
    const shard = String(shardOf(tally.stream))
    const system = at(names.statsSystem, shard)
    ledger.add(system, 'threads', sign)
    ledger.add(system, 'messages', sign * tally.messages)
    ledger.add(system, 'bytes', sign * tally.bytes)
    for await (const { key, value } of scan(store, names.statsThreadDays(tally.threadId!))) {
      ledger.add(at(names.statsDays, `${key}/${shard}`), 'count', sign * (value['count'] as number))
    }
    for await (const { key, value } of scan(store, names.statsThreadAuthors(tally.threadId!))) {
      ledger.add(at(names.statsAuthoredBy(key), shard), 'count', sign * (value['count'] as number))
    }
  }

  /** The parts of a thread that is gone for good; the sums have forgotten it when it was deleted. */
  async function forgetParts(tally: ThreadTally, ledger: Ledger): Promise<void> {
    for (const parts of [names.statsThreadDays(tally.threadId!), names.statsThreadAuthors(tally.threadId!)]) {
      for await (const { key, value } of scan(store, parts))
        ledger.add(at(parts, key), 'count', -(value['count'] as number))
    }
  }

  return {
    apply,
    async recount(threadId) {
      const stream = threadStream(threadId)
      let right: ThreadTally | undefined
      await commitTallies(new Map([[stream, threadId]]), [], async (tallies, ledger) => {
        right = await setRight(tallies.get(stream)!, ledger)
        if (right) tallies.set(stream, right)
      })
      return right
    },
  }
}
