import type { Change } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
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

const batch = 500
const retryAfter = 1_000

/** The projector of a context. An event leaves the outbox in the very commit that counts it. */
export function createProjector(context: Context, projections: Projections): Projector {
  const { store, hooks } = context
  const waiting = new Set<number>(Array.from({ length: outboxShards }, (_, shard) => shard))
  let running: Promise<void> | undefined
  let closed = false
  let retry: ReturnType<typeof setTimeout> | undefined

  async function projectShard(shard: number): Promise<void> {
    for (;;) {
      const entries = await store.list(names.outbox(shard), { limit: batch })
      if (entries.length === 0) return
      const events = entries.map(({ value }) => asRecord<DomainEvent>(value))
      await projections.search.apply(events)
      await projections.rooms.apply(events)
      const done: Change[] = entries.map(({ collection, key }) => ({ type: 'delete', at: { collection, key } }))
      await projections.statistics.apply(events, done)
      if (entries.length < batch || closed) return
    }
  }

  async function run(): Promise<void> {
    while (waiting.size > 0 && !closed) {
      const [shard] = waiting as Iterable<number> as [number]
      waiting.delete(shard)
      try {
        await projectShard(shard)
      } catch (error) {
        waiting.add(shard)
        throw error
      }
    }
  }

  function start(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }

  /** In the background: errors are reported and tried again. */
  function startQuietly(): void {
    start().catch((error) => {
      hooks.onError?.(error, 'projector')
      if (closed) return
      retry ??= setTimeout(() => {
        retry = undefined
        startQuietly()
      }, retryAfter).unref()
    })
  }

  return {
    wake(events) {
      if (closed) return
      for (const { stream } of events) waiting.add(shardOf(stream))
      if (!running) startQuietly()
    },
    async settle() {
      for (let shard = 0; shard < outboxShards; shard++) waiting.add(shard)
      while (waiting.size > 0 && !closed) await start()
    },
    async close() {
      closed = true
      clearTimeout(retry)
      await running?.catch(() => {})
    },
  }
}
