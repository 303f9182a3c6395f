import type { DomainEvent, Follower, PlacedRecord, Threadkeep } from '@threadkeep/core'
import { checkpointAt } from '@threadkeep/core'
import type { Advance } from '../checkpoints.ts'
import { advanceCheckpoints } from '../checkpoints.ts'
import { logValueOf } from '../log-value.ts'
import type { Tenants } from '../tenants.ts'

/** Takes events through core's projections. */
export type Follow = (keep: Threadkeep, events: readonly DomainEvent[]) => Promise<void>

interface Work {
  readonly events: DomainEvent[]
  readonly advances: Map<number, Advance>
}

/** What each purpose of reading does with events. */
export const followers: Readonly<
  Record<'indexing' | 'statistics', { readonly as: Follower; readonly follow: Follow }>
> = {
  indexing: {
    as: 'search',
    async follow({ projections }, events) {
      await projections.search.apply(events)
      await projections.rooms.apply(events)
    },
  },
  statistics: { as: 'statistics', follow: ({ projections }, events) => projections.statistics.apply(events) },
}

/** Handles records of the log for a follower: each tenant's together, and then says how far that is. */
export function handlerFor(tenants: Tenants, { as, follow }: (typeof followers)['indexing']) {
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
