import { names, shardOf } from '@threadkeep/core'
import { kafkaSink } from '@threadkeep/events-kafka'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { toLogValue } from '../src/log-value.ts'
import { startWorker } from '../src/worker.ts'
import { admin, caughtUp, chat, expectExact, gatewayOf, memoryBackend, openLog, workerOptions } from './stage.ts'

const kafka = await service('kafka')
const texts = (count: number) => Array.from({ length: count }, (_, n) => `hello number ${n}`)

describe.skipIf(!kafka.available)('a worker', () => {
  test('brings every committed change of every tenant to index and statistics, and the outboxes are empty then', async () => {
    const backend = memoryBackend()
    const keeps = ['', 'acme'].map((tenant) => gatewayOf(backend, tenant))
    const first = await chat(keeps[0]!, 'ada', texts(30))
    await using worker = await startWorker(workerOptions(backend, await openLog(kafka)))
    const other = await chat(keeps[1]!, 'bob', texts(20))
    const threadId = await chat(keeps[0]!, 'ada', texts(5))
    const page = await keeps[0]!.messages.history({ userId: 'ada' }, { limit: 1 })
    await keeps[0]!.messages.delete({ userId: 'ada' }, threadId, page[0]!.id)
    for (const keep of keeps) await caughtUp(keep)
    await expectExact(keeps[0]!, 34, [first, threadId])
    await expectExact(keeps[1]!, 20, [other])
    for (let shard = 0; shard < 16; shard++)
      expect(await backend.store.list(names.outbox(shard), { limit: 1 })).toEqual([])
    expect(await (await fetch(`${worker.url}/metrics`)).text()).toMatch(
      /threadkeep_worker_handled_records_total\{job="statistics"\} [1-9]/,
    )
    expect((await fetch(`${worker.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${worker.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${worker.url}/else`)).status).toBe(404)
  })

  test('while events wait in the log, search and statistics say how far they go', async () => {
    const backend = memoryBackend()
    const keep = gatewayOf(backend)
    const log = await openLog(kafka)
    const threadId = await chat(keep, 'ada', texts(3))
    await using relay = await startWorker({ ...workerOptions(backend, log), jobs: ['relay'] })
    void relay
    await expect
      .poll(
        async () =>
          (
            await Promise.all(Array.from({ length: 16 }, (_, s) => backend.store.list(names.outbox(s), { limit: 1 })))
          ).flat().length,
        { timeout: 10_000 },
      )
      .toBe(0)
    const behind = await keep.search.messages(admin, { query: 'hello', anyUser: true })
    expect(behind.indexedThrough).toBeLessThan(Date.now())
    expect((await keep.stats.system(admin)).asOf).toBeLessThan(Date.now() - 1)
    await using rest = await startWorker({ ...workerOptions(backend, log), jobs: ['indexing', 'statistics'] })
    void rest
    await caughtUp(keep)
    await expectExact(keep, 3, [threadId])
  })

  test('duplicates, replays and reordering change nothing', async () => {
    const backend = memoryBackend()
    const keep = gatewayOf(backend)
    const log = await openLog(kafka)
    const threadId = await chat(keep, 'ada', texts(10))
    const shard = shardOf(threadId)
    const kept = await backend.store.list(names.events(threadId), { limit: 100 })
    const records = kept.map(({ value }) => ({
      key: threadId,
      value: toLogValue({ tenant: '', through: 0, events: value['events'] as never }),
    }))
    await using sink = kafkaSink({ url: log })
    await sink.append(shard, [...records].reverse())
    await sink.append(shard, [...records, ...records])
    await using worker = await startWorker(workerOptions(backend, log))
    void worker
    await caughtUp(keep)
    await sink.append(shard, records)
    const later = await chat(keep, 'ada', texts(1))
    await caughtUp(keep)
    await expectExact(keep, 11, [threadId, later])
  })

  test('a poison event is parked, other threads flow within five seconds, and the thread itself stays exact', async () => {
    const backend = memoryBackend()
    const keep = gatewayOf(backend)
    const log = await openLog(kafka)
    const reports: string[] = []
    await using worker = await startWorker({
      ...workerOptions(backend, log),
      report: (error, where) => reports.push(`${where} ${error}`),
    })
    void worker
    const threadId = await chat(keep, 'ada', texts(5))
    await caughtUp(keep)
    await using sink = kafkaSink({ url: log })
    const poison = { stream: threadId, eventSeq: 7, type: 'message.created', at: 1, actorId: 'x', threadId, message: 5 }
    const values = [
      { tenant: '', through: 0, events: [{}] },
      { through: 0 },
      { tenant: '', through: 0, events: [poison] },
    ]
    await sink.append(
      shardOf(threadId),
      values.map((value) => ({ key: threadId, value })),
    )
    const began = performance.now()
    const other = await chat(keep, 'eve', texts(5))
    await caughtUp(keep)
    expect(performance.now() - began).toBeLessThan(5_000)
    await keep.messages.append({ userId: 'ada' }, threadId, { role: 'user', content: 'hello again' })
    await caughtUp(keep)
    await expectExact(keep, 11, [threadId, other])
    expect(reports.filter((report) => report.includes('dead letters')).length).toBeGreaterThanOrEqual(4)
  })

  test('workers that come and go under load lose nothing and count nothing twice', async () => {
    const backend = memoryBackend()
    const keep = gatewayOf(backend)
    const log = await openLog(kafka)
    const first = await startWorker(workerOptions(backend, log))
    await using second = await startWorker(workerOptions(backend, log))
    const load = Promise.all(Array.from({ length: 12 }, (_, n) => chat(keep, `user-${n}`, texts(60))))
    await expect
      .poll(async () => (await keep.stats.system(admin)).totalMessages, { timeout: 20_000 })
      .toBeGreaterThan(50)
    await first.close()
    await using third = await startWorker(workerOptions(backend, log))
    const threadIds = await load
    await caughtUp(keep)
    await expectExact(keep, 720, threadIds)
    void [second, third]
  })

  test('expiry removes what is due, for every tenant, and needs no log', async () => {
    const backend = memoryBackend()
    const keep = gatewayOf(backend, 'acme')
    const thread = await keep.threads.create({ userId: 'ada' }, { title: 'short' })
    await keep.messages.append({ userId: 'ada' }, thread.id, {
      role: 'user',
      content: 'gone soon',
      ttl: 1,
    })
    await using worker = await startWorker({
      backend,
      jobs: ['expiry'],
      host: '127.0.0.1',
      port: 0,
      expiryEvery: 100,
      report: () => {},
    })
    await expect
      .poll(
        async () => (await (await fetch(`${worker.url}/metrics`)).text()).includes('removed_total{job="expire"} 1'),
        { timeout: 10_000 },
      )
      .toBe(true)
  })

  test('what cannot work is told at the start', async () => {
    const backend = memoryBackend()
    const { url, name } = await kafka.open()
    const options = workerOptions(backend, `${url}/${name}`)
    await expect(startWorker(options)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    const { events: _, ...without } = options
    await expect(startWorker(without)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })
})
