import { createTopics } from '@threadkeep/events-kafka'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { startWorker } from '../src/worker.ts'
import { admin, caughtUp, chat, expectExact, gatewayOf, memoryBackend, workerOptions } from './stage.ts'

describe.skipIf(!(await canOwn('kafka')))('while Kafka is away', () => {
  test('sends go on unaffected, and within fifteen seconds of its return everything is indexed and counted', async () => {
    await using broker = await ownServer('kafka')
    await createTopics({ url: broker.url }, { partitions: 4, replicationFactor: 1 })
    const backend = memoryBackend()
    const keep = gatewayOf(backend)
    await using worker = await startWorker(workerOptions(backend, broker.url))
    const threadIds = [await chat(keep, 'ada', ['hello before'])]
    await caughtUp(keep)

    await broker.kill9()
    const began = performance.now()
    for (let n = 0; n < 50; n++) threadIds.push(await chat(keep, `user-${n}`, ['hello one', 'hello two']))
    expect(performance.now() - began).toBeLessThan(2_000)
    const known = await keep.search.messages(admin, { query: 'hello', anyUser: true })
    expect(known.results).toHaveLength(1)
    expect(known.indexedThrough).toBeLessThan(Date.now())
    expect((await fetch(`${worker.url}/healthz`)).status).toBe(200)

    await broker.restart()
    const back = performance.now()
    await caughtUp(keep, 15_000)
    expect(performance.now() - back).toBeLessThan(15_000)
    await expectExact(keep, 101, threadIds)
  }, 90_000)
})
