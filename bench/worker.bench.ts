import { openBackend } from '@threadkeep/adapters'
import type { EventsRecord, PlacedRecord } from '@threadkeep/core'
import { createThreadkeep, names, shardOf } from '@threadkeep/core'
import { service, stopServices } from '@threadkeep/test-support/services'
import { followers, handlerFor } from '../apps/worker/src/follow/followers.ts'
import { toLogValue } from '../apps/worker/src/log-value.ts'
import { openTenants } from '../apps/worker/src/tenants.ts'
import { defineBench } from './lib/index.ts'

const threads = 8
const messages = 30

export default defineBench({
  about: 'Events through statistics and index into MongoDB, batch by batch, beside one event at a time',
  async run({ compare, skip }) {
    const mongodb = await service('mongodb')
    if (!mongodb.available) skip('there is no MongoDB')
    const backend = await openBackend({ store: (await mongodb.open()).url, external: true })
    const clock = { now: () => Date.now() }
    const keep = createThreadkeep(backend)
    const tenants = openTenants(backend, clock, () => {})
    const handlers = [handlerFor(tenants, followers.statistics), handlerFor(tenants, followers.indexing)]
    let user = 0

    /** New threads' events, as they would come out of the log: all of one partition, streams mixed. */
    async function freshRecords(): Promise<PlacedRecord[]> {
      const actor = { userId: `user-${++user}` }
      const ids = await Promise.all(
        Array.from({ length: threads }, async () => (await keep.threads.create(actor, { title: 'A thread' })).id),
      )
      await Promise.all(
        ids.map(async (id) => {
          for (let n = 0; n < messages; n++)
            await keep.messages.append(actor, id, { role: 'user', content: `Message number ${n}, of ordinary length.` })
        }),
      )
      const kept = await Promise.all(ids.map((id) => backend.store.list(names.events(id), { limit: 1_000 })))
      const records: Omit<PlacedRecord, 'position'>[] = []
      for (let n = 0; n <= messages; n++) {
        for (const [i, id] of ids.entries()) {
          const events = (kept[i]![n]?.value as unknown as EventsRecord | undefined)?.events
          if (events)
            records.push({ key: id, lane: shardOf(id), value: toLogValue({ tenant: '', through: 0, events }) })
        }
      }
      return records.map((record, position) => ({ ...record, position: user * 10_000 + position }))
    }

    /** Events per second of handling the first `count` of fresh records in parts of `size`. */
    const side = (size: number, count: number) => async (): Promise<number> => {
      const records = (await freshRecords()).slice(0, count)
      const began = performance.now()
      for (let from = 0; from < records.length; from += size)
        for (const handle of handlers) await handle(records.slice(from, from + size))
      return (records.length * 1_000) / (performance.now() - began)
    }

    await compare({
      against: 'one event at a time',
      bar: '>=8',
      unit: 'events/s',
      ours: side(500, 500),
      theirs: side(1, 24),
    })
    await tenants.close()
    await keep.close()
    await backend.close()
    await stopServices()
  },
})
