import { scan } from '../../store/scan.ts'
import type { Json, Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import type { EventsRecord } from '../kernel/event-changes.ts'
import { at, names, threadStream, token } from '../kernel/names.ts'
import type { MemberRecord, RecencyRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { OpenThread, ThreadReader } from '../kernel/thread-reader.ts'
import type { Kinds } from '../messages/kinds.ts'
import { boundedQueue } from './bounded-queue.ts'
import type { LiveItem, SubscribeOptions } from './live.types.ts'
import { oldestKept, readItems, turnAfter } from './read-items.ts'
import { streamTopic, viewerTopic } from './topics.ts'

/** How far the clocks of processes, and the time a commit takes, may make an event late. */
export const lateness = 60_000

const rescanHealthy = 5 * 60_000
const rescanUnhealthy = 1_000
const retryAfter = 100
const maxBuffered = 1_000

/** How far the subscription has got in one thread. */
interface Place {
  readonly threadId: string
  eventSeq: number
  /** `at` of the newest event delivered or passed. */
  lastAt: Millis
}

/**
 * All threads of one actor. A cursor holds a moment and the places of the threads that were active around it: whatever is older has been
 * delivered, whatever is newer is found again by looking at all threads, so that resuming loses nothing and repeats nothing.
 */
export function createViewer(context: Context, door: Door, reader: ThreadReader, kinds: Kinds) {
  const { store, clock, live } = context

  return function viewer(first: Actor, options: SubscribeOptions = {}): AsyncIterableIterator<LiveItem> {
    const places = new Map<string, Place>()
    const dirty = new Set<string>()
    const cleanups: (() => void)[] = []
    const rooms = new Map<string, () => void>()
    let watermark = 0
    let started = false
    let running = false
    let rescan = false
    let encode: (position: readonly Json[]) => string = () => ''
    let actor = first

    const letGo = (): void => {
      for (const cleanup of [...cleanups.splice(0), ...rooms.values()]) cleanup()
      rooms.clear()
    }
    const queue = boundedQueue<LiveItem>(options.maxBuffered ?? maxBuffered, letGo)
    const end = (): void => queue.end()

    function cursor(): string {
      const seen = [...places.values()]
        .filter(({ lastAt }) => lastAt >= watermark - lateness)
        .map(({ threadId, eventSeq }): Json => [threadId, eventSeq])
      return encode([watermark, seen])
    }

    /** All threads of the actor, opened as it may see them. */
    async function* ownThreads(): AsyncGenerator<OpenThread> {
      let ids: string[] = []
      const open = async (): Promise<OpenThread[]> => {
        const opened = ids.length === 0 ? [] : await reader.openMany(actor, ids)
        ids = []
        return opened.filter((one) => one !== undefined)
      }
      for await (const { value } of scan(store, names.threadsOf(actor.userId))) {
        if (ids.push(asRecord<RecencyRecord>(value).threadId) === 200) yield* await open()
      }
      yield* await open()
    }

    /** Looks at every thread: those that went further than their place are read. Then all before the look began has been delivered. */
    async function lookAtAll(resuming: ReadonlyMap<string, number> | undefined, rescanning = false): Promise<void> {
      const began = clock.now()
      const oldWatermark = watermark
      for await (const { thread, member } of ownThreads()) {
        if (queue.ended) return
        if (thread.big) await followRoom(thread.id)
        const known = places.get(thread.id)
        if (known) {
          if (thread.eventSeq > known.eventSeq) await read(known)
          continue
        }
        if (rescanning) {
          // A thread that no hint has told of: the actor has joined it meanwhile.
          const met = await meet(thread.id)
          if (met) await read(met)
          continue
        }
        if (!resuming) {
          places.set(thread.id, { threadId: thread.id, eventSeq: thread.eventSeq, lastAt: thread.lastEventAt })
          continue
        }
        const place = {
          threadId: thread.id,
          eventSeq: resuming.get(thread.id) ?? thread.eventSeq,
          lastAt: thread.lastEventAt,
        }
        places.set(thread.id, place)
        if (resuming.has(thread.id) || thread.lastEventAt < oldWatermark - lateness) {
          if (place.eventSeq < thread.eventSeq) await read(place)
          continue
        }
        place.eventSeq = await placeAt(thread.id, oldWatermark - lateness, (member?.joinedEventSeq ?? 1) - 1)
        await read(place)
      }
      watermark = began
    }

    /** The event after which everything happened at `moment` or later; no earlier than `least`. */
    async function placeAt(threadId: string, moment: Millis, least: number): Promise<number> {
      let eventSeq = least
      for await (const { value } of scan(store, names.events(threadStream(threadId)), {
        reverse: true,
        pageSize: 100,
      })) {
        const { events } = asRecord<EventsRecord>(value)
        const [first, last] = [events[0]!, events[events.length - 1]!]
        if (last.eventSeq <= least) break
        // The events of one commit have one time.
        if (last.at < moment) return last.eventSeq
        eventSeq = first.eventSeq - 1
      }
      return Math.max(eventSeq, least)
    }

    /** Delivers what a thread has beyond its place. */
    async function read(place: Place): Promise<void> {
      const stream = threadStream(place.threadId)
      const kept = await oldestKept(context, stream, place.eventSeq)
      if (kept !== undefined && kept > place.eventSeq + 1) {
        place.eventSeq = kept - 1
        queue.push({ type: 'gap', threadId: place.threadId, cursor: cursor() })
      }
      for (;;) {
        const items = await readItems(context, kinds, stream, place.eventSeq)
        if (items.length === 0) return
        for (const { event, message, hidden } of items) {
          // What is kept can wait for its consumer: only what is new must not.
          const room = started ? undefined : queue.room()
          if (room) await room
          place.eventSeq = event.eventSeq
          place.lastAt = Math.max(place.lastAt, event.at)
          if (queue.ended) return
          if (!hidden || hasScope(actor, 'items:hidden'))
            queue.push({ type: 'event', event, ...(message && { message }), cursor: cursor() })
          if (event.type !== 'member.removed' || event.userId !== actor.userId) continue
          // Back again since: what happened in between was not theirs to see.
          if (await meet(place.threadId)) return wake(place.threadId)
          return leave(place.threadId)
        }
        await turnAfter(items)
      }
    }

    function leave(threadId: string): void {
      places.delete(threadId)
      rooms.get(threadId)?.()
      rooms.delete(threadId)
    }

    /** The place of a thread the subscription has not met: right before the actor became a member. */
    async function meet(threadId: string): Promise<Place | undefined> {
      const [entry] = await store.get([at(names.members(threadId), token(actor.userId))])
      if (!entry) return undefined
      const [opened] = await reader.openMany(actor, [threadId])
      if (opened?.thread.big) await followRoom(threadId)
      const met = places.get(threadId)?.eventSeq ?? 0
      const place = {
        threadId,
        eventSeq: Math.max(met, asRecord<MemberRecord>(entry.value).joinedEventSeq - 1),
        lastAt: 0,
      }
      places.set(threadId, place)
      return place
    }

    async function followRoom(threadId: string): Promise<void> {
      if (rooms.has(threadId)) return
      rooms.set(threadId, () => {})
      const stop = await live.subscribe(streamTopic(threadStream(threadId)), (hint) => {
        if (typeof hint['eventSeq'] === 'number') wake(threadId)
      })
      if (queue.ended) stop()
      else rooms.set(threadId, stop)
    }

    function wake(threadId?: string): void {
      if (threadId === undefined) rescan = true
      else dirty.add(threadId)
      if (!running && !queue.ended) void run()
    }

    async function run(): Promise<void> {
      running = true
      try {
        while ((dirty.size > 0 || rescan) && !queue.ended) {
          if (rescan) {
            rescan = false
            await lookAtAll(undefined, true)
            continue
          }
          const [threadId] = dirty as Iterable<string> as [string]
          dirty.delete(threadId)
          const place = places.get(threadId) ?? (await meet(threadId))
          if (place) await read(place)
        }
      } catch (error) {
        context.hooks.onError?.(error, 'live updates')
        setTimeout(() => wake(), retryAfter).unref()
      } finally {
        running = false
      }
    }

    async function start(): Promise<void> {
      actor = await door.stream(first)
      const cursors = await context.cursors()
      const scope = `viewer:${token(actor.userId)}`
      encode = (position) => cursors.encode(scope, position)
      const after = options.after === undefined ? undefined : cursors.decode(scope, options.after)
      running = true
      cleanups.push(
        await live.subscribe(viewerTopic(actor.userId), (hint) => {
          if (typeof hint['threadId'] === 'string') wake(hint['threadId'])
        }),
        live.onHealth(() => wake()),
      )
      watermark = after ? (after[0] as number) : clock.now()
      await lookAtAll(after && new Map(after[1] as unknown as [string, number][]))
      if (options.tellStart && !after) queue.push({ type: 'start', cursor: cursor() })
      started = true
      running = false
      if (dirty.size > 0) wake([...dirty][0])
      const poll = (): void => {
        wake()
        timer = setTimeout(poll, live.healthy ? rescanHealthy : rescanUnhealthy).unref()
      }
      let timer = setTimeout(poll, live.healthy ? rescanHealthy : rescanUnhealthy).unref()
      cleanups.push(() => clearTimeout(timer))
      if (queue.ended) letGo()
    }

    context.gate.closing.addEventListener('abort', end)
    options.signal?.addEventListener('abort', end)
    cleanups.push(
      () => context.gate.closing.removeEventListener('abort', end),
      () => options.signal?.removeEventListener('abort', end),
    )
    if (options.signal?.aborted) end()
    else
      start().catch((error) => {
        queue.end(error)
        // A consumer that left meanwhile has cleaned up before all of this was there.
        letGo()
      })
    return queue[Symbol.asyncIterator]()
  }
}
