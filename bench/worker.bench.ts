import { openBackend } from '@threadkeep/adapters'
import type { EventsRecord, PlacedRecord } from '@threadkeep/core'
import { createThreadkeep, names, shardOf } from '@threadkeep/core'
import { workerMain } from '@threadkeep/test-support/apps'
import { service, stopServices } from '@threadkeep/test-support/services'
import { followers, handlerFor } from '../apps/worker/src/follow/followers.ts'
import { toLogValue } from '../apps/worker/src/log-value.ts'
import { openTenants } from '../apps/worker/src/tenants.ts'
import { defineBench, startServer } from './lib/index.ts'
import { startReading } from './worker/reading.ts'

const threads = 8
const messages = 30

export default defineBench({
  about:
    'Events through statistics and index into MongoDB, beside one event at a time and beside a bare reader of the log',
  async run({ compare, skip }) {
    const [mongodb, kafka] = [await service('mongodb'), await service('kafka')]
    if (!mongodb.available || !kafka.available) skip('there is no MongoDB or no Kafka')
    const { url: store } = await mongodb.open()
    const backend = await openBackend({ store, external: true })
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

    const newLog = async () => {
      const { url, name } = await kafka.open()
      return `${url}/${name}`
    }
    const log = await newLog()
    const worker = await startReading(log, ['statistics', 'indexing'], () =>
      startServer({
        script: workerMain,
        args: ['--jobs', 'statistics,indexing', '--host', '127.0.0.1', '--port', '0'],
        env: { THREADKEEP_STORE: store, THREADKEEP_EVENTS: log, THREADKEEP_LOG_LEVEL: 'info' },
        ready: /"url":"/,
      }),
    )
    const bare = await startReading(await newLog(), ['bare'], ({ topic, groups }) =>
      startServer({
        script: new URL('worker/bare-reader.ts', import.meta.url).href,
        args: [new URL(kafka.url).host, topic, groups[0]!],
        ready: /reading/,
      }),
    )
    const same = await freshRecords()
    await compare({
      bench: 'worker: CPU of its process per event',
      against: 'bare kafkajs eachBatch that only parses the same events',
      unit: 'µs',
      ours: worker.cpuPerRecord(freshRecords),
      theirs: bare.cpuPerRecord(async () => same),
    })
    await Promise.all([worker.close(), bare.close()])
    await tenants.close()
    await keep.close()
    await backend.close()
    await stopServices()
  },
})
