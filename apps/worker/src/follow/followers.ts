import type { DomainEvent, EventsRecord, Follower, PlacedRecord, Threadkeep } from '@threadkeep/core'
import { at, checkpointAt, names } from '@threadkeep/core'
import type { Entry, Store } from '@threadkeep/core/store'
import { scan } from '@threadkeep/core/store'
import type { Advance } from '../checkpoints.ts'
import { advanceCheckpoints } from '../checkpoints.ts'
import { logValueOf, streamOf } from '../log-value.ts'
import type { Tenants } from '../tenants.ts'

/** Takes events through core's projections. */
export type Follow = (keep: Threadkeep, events: readonly DomainEvent[]) => Promise<void>

/** What follows the log for one purpose. */
export interface Following {
  readonly as: Follower
  readonly follow: Follow
  /** Brings a thread up to what its records say, whatever events of it went astray. */
  mend(keep: Threadkeep, thread: Entry, store: Store): Promise<void>
}

interface Work {
  readonly events: DomainEvent[]
  readonly advances: Map<number, Advance>
}

async function index({ projections }: Threadkeep, events: readonly DomainEvent[]): Promise<void> {
  await projections.search.apply(events)
  await projections.rooms.apply(events)
}

/** What each purpose of reading does with events. */
export const followers: Readonly<Record<'indexing' | 'statistics', Following>> = {
  indexing: {
    as: 'search',
    follow: index,
    async mend(keep, { key: stream }, store) {
      for await (const { value } of scan(store, names.events(stream)))
        await index(keep, (value as unknown as EventsRecord).events)
    },
  },
  statistics: {
    as: 'statistics',
    follow: ({ projections }, events) => projections.statistics.apply(events),
    async mend({ projections }, { value }) {
      await projections.statistics.recount(value['id'] as string)
    },
  },
}

/** Handles records of the log for a follower: each tenant's together, and then says how far that is. */
export function handlerFor(tenants: Tenants, { as, follow }: Following) {
  return async (records: readonly PlacedRecord[]): Promise<void> => {
    const byTenant = new Map<string, Work>()
    for (const record of records) {
      const { tenant, through, events } = logValueOf(record)
      const work = byTenant.get(tenant) ?? { events: [], advances: new Map<number, Advance>() }
      byTenant.set(tenant, work)
      for (const event of events) work.events.push(event)
      const { lane, position } = record
      work.advances.set(lane, { at: checkpointAt(as, lane), to: { position, through } })
    }
    for (const [tenant, { events, advances }] of byTenant) {
      await follow(tenants.of(tenant), events)
      await advanceCheckpoints(tenants.storeOf(tenant), [...advances.values()])
    }
  }
}

/**
 * Mends the thread of a record that could not be handled, and says how far that is. Its key tells which thread: the rest may be
 * unreadable.
 */
export function menderFor(tenants: Tenants, { as, mend }: Following) {
  return async ({ key, lane, position, value }: PlacedRecord): Promise<void> => {
    for (const tenant of await tenants.list()) {
      const stream = streamOf(tenant, key)
      if (!stream) continue
      const store = tenants.storeOf(tenant)
      // A thread's record and its stream have one name.
      const [thread] = await store.get([at(names.threads, stream)])
      if (!thread) continue
      await mend(tenants.of(tenant), thread, store)
      const { through } = value
      if (typeof through === 'number')
        await advanceCheckpoints(store, [{ at: checkpointAt(as, lane), to: { position, through } }])
    }
  }
}
