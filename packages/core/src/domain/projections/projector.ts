import type { Change } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import type { EventsRecord } from '../kernel/event-changes.ts'
import { names, outboxShards, shardOf } from '../kernel/names.ts'
import { asRecord } from '../kernel/records.ts'
import type { RoomsProjection } from './rooms-projection.ts'
import type { SearchProjection } from './search-projection.ts'
import type { StatisticsProjection } from './statistics-projection.ts'

/** All that follows the events. */
export interface Projections {
  readonly statistics: StatisticsProjection
  readonly search: SearchProjection
  readonly rooms: RoomsProjection
}

/** Takes events out of the outboxes and through the projections, within this process. */
export interface Projector {
  /** Looks at what is waiting, and at all shards once at the start: what a crash left behind. */
  wake(events: readonly DomainEvent[]): void
  /** Answers when everything committed before the call has been projected; rejects with the error that stands in the way. */
  settle(): Promise<void>
  /** Finishes the batch at hand and stops. What waits stays in the outbox. */
  close(): Promise<void>
}

/** Commits whose events are taken at once. */
const batch = 100
/** Milliseconds for which events are gathered: a commit for many costs little more than one for a single event. */
const gatherFor = 50
const retryAfter = 1_000

/** The projector of a context. An event leaves the outbox in the very commit that counts it. */
export function createProjector(context: Context, projections: Projections): Projector {
  const { store, hooks } = context
  const waiting = new Set<number>(Array.from({ length: outboxShards }, (_, shard) => shard))
  let running: Promise<void> | undefined
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function projectShard(shard: number): Promise<void> {
    for (;;) {
      const entries = await store.list(names.outbox(shard), { limit: batch })
      if (entries.length === 0) return
      const events = entries.flatMap(({ value }) => asRecord<EventsRecord>(value).events)
      await projections.search.apply(events)
      await projections.rooms.apply(events)
      const done: Change[] = entries.map(({ collection, key }) => ({ type: 'delete', at: { collection, key } }))
      await projections.statistics.apply(events, done)
      if (entries.length < batch || closed) return
    }
  }

  /** All shards that wait, once, side by side: where the store groups commits, they share one. */
  async function run(): Promise<void> {
    const shards = [...waiting]
    waiting.clear()
    const outcomes = await Promise.allSettled(shards.map(projectShard))
    const failed = outcomes.findIndex(({ status }) => status === 'rejected')
    outcomes.forEach(({ status }, i) => {
      if (status === 'rejected') waiting.add(shards[i]!)
    })
    if (failed >= 0) throw (outcomes[failed] as PromiseRejectedResult).reason
  }

  function start(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }

  /** In the background, a moment later: what comes meanwhile goes along. Errors are reported and tried again. */
  function startSoon(delay: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      start().then(
        () => {
          if (waiting.size > 0 && !closed) startSoon(gatherFor)
        },
        (error) => {
          hooks.onError?.(error, 'projector')
          if (!closed) startSoon(retryAfter)
        },
      )
    }, delay).unref()
  }

  return {
    wake(events) {
      if (closed) return
      for (const { stream } of events) waiting.add(shardOf(stream))
      if (!running) startSoon(gatherFor)
    },
    async settle() {
      for (let shard = 0; shard < outboxShards; shard++) waiting.add(shard)
      while (waiting.size > 0 && !closed) await start()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await running?.catch(() => {})
    },
  }
}
