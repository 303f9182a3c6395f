import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBackend } from '@threadkeep/adapters'
import type { Threadkeep } from '@threadkeep/core'
import { names } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { createTopics, kafkaSource } from '@threadkeep/events-kafka'
import { startApp, workerMain } from '@threadkeep/test-support/apps'
import type { OwnServer } from '@threadkeep/test-support/services'
import { canOwn, freePorts, ownServer } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { logValueOf } from '../src/log-value.ts'
import { startWorker } from '../src/worker.ts'
import { admin, caughtUp, chat, expectExact, gatewayOf, memoryBackend, workerOptions } from './stage.ts'

/** How long anything may take to be delivered once the network is well: what is asked of it is asserted elsewhere. */
const patience = 60_000

interface Fault {
  readonly title: string
  start(proxy: TcpProxy): void
  /** Calls fail while it lasts, so that it is felt. */
  readonly felt: boolean
}

const faults: readonly Fault[] = [
  { title: 'is slow', start: (proxy) => proxy.delay(60), felt: false },
  { title: 'breaks every connection', start: (proxy) => proxy.cut(), felt: false },
  { title: 'refuses connections', start: (proxy) => proxy.cut({ refuse: true }), felt: true },
  { title: 'swallows requests', start: (proxy) => proxy.mode('halfOpen'), felt: true },
  { title: 'loses replies', start: (proxy) => proxy.mode('dropReplies'), felt: true },
  { title: 'forgets connections', start: (proxy) => proxy.silence(), felt: true },
]

describe.skipIf(!(await canOwn('kafka')))('a network between worker and Kafka', () => {
  let broker: OwnServer
  let proxy: TcpProxy
  let logs = 0
  beforeAll(async () => {
    const [port] = await freePorts(1)
    proxy = await tcpProxy(`kafka://127.0.0.1:${port}`)
    // Clients are told the way through the proxy, whichever way they came.
    const advertised = `advertised.listeners=PLAINTEXT://127.0.0.1:${proxy.port}`
    broker = await ownServer('kafka', { port: port!, args: [advertised] })
  })
  afterEach(() => proxy?.restore())
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    await broker?.[Symbol.asyncDispose]()
  })

  async function openLog(): Promise<string> {
    const url = `${proxy.through(broker.url)}/log-${++logs}`
    await createTopics({ url }, { partitions: 4, replicationFactor: 1 })
    return url
  }

  for (const { title, start, felt } of faults) {
    test(`that ${title} delays what is sent and loses nothing: order is kept, statistics are exact, and stopping stays short`, {
      timeout: 4 * patience,
    }, async () => {
      const log = await openLog()
      const backend = memoryBackend()
      const keep = gatewayOf(backend)
      let failures = 0
      const options = { ...workerOptions(backend, log), report: () => void failures++ }
      const first = await startWorker(options)
      const threadIds = [await chat(keep, 'ada', ['hello before'])]
      await caughtUp(keep, patience)

      failures = 0
      start(proxy)
      for (let n = 0; n < 10; n++) threadIds.push(await chat(keep, `user-${n}`, ['hello one', 'hello two']))
      await sayIn(keep, threadIds[0]!, 'hello meanwhile')
      if (felt) await expect.poll(() => failures, { timeout: patience }).toBeGreaterThan(0)
      proxy.restore()
      await caughtUp(keep, patience)
      await expectExact(keep, 22, threadIds)

      start(proxy)
      await sayIn(keep, threadIds[0]!, 'hello while it stops')
      const began = performance.now()
      await first.close()
      expect(performance.now() - began).toBeLessThan(10_000)
      proxy.restore()
      await using second = await startWorker(options)
      void second
      await caughtUp(keep, patience)
      await expectExact(keep, 23, threadIds)
      await expectOrder(log, backend.store, threadIds)
    })
  }

  test('that has gone silent keeps no worker process from ending in order within ten seconds', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'threadkeep-worker-'))
    const urls = { store: `sqlite:${join(dir, 'chat.db')}`, external: true }
    const backend = await openBackend(urls)
    const keep = gatewayOf(backend)
    const worker = await startApp(workerMain, {
      args: ['--host', '127.0.0.1', '--port', '0'],
      env: { THREADKEEP_STORE: urls.store, THREADKEEP_EVENTS: await openLog(), THREADKEEP_LOG_LEVEL: 'info' },
    })
    await chat(keep, 'ada', ['hello'])
    await caughtUp(keep, patience)
    proxy.mode('halfOpen')
    await chat(keep, 'eve', ['hello'])
    await proxy.nextRequest()
    const began = performance.now()
    expect(await worker.end('SIGTERM')).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    await keep.close()
    await backend.close()
    rmSync(dir, { recursive: true })
  }, 120_000)
})

async function sayIn(keep: Threadkeep, threadId: string, content: string): Promise<void> {
  await keep.messages.append(admin, threadId, { role: 'user', content })
}

/** Holds when the log has every event of these threads, and none before all that came earlier in its thread. */
async function expectOrder(log: string, store: Store, threadIds: readonly string[]): Promise<void> {
  const seen = new Map(threadIds.map((id) => [id, new Set<number>()]))
  const early: string[] = []
  await using source = kafkaSource({ url: log, purpose: 'order', sessionTimeout: 6_000 })
  void source.run(async (records) => {
    for (const { stream, eventSeq } of records.flatMap((record) => logValueOf(record).events)) {
      const known = seen.get(stream)
      if (known && eventSeq > 1 && !known.has(eventSeq - 1)) early.push(`${stream} ${eventSeq}`)
      known?.add(eventSeq)
    }
  })
  const wanted = new Map<string, number>()
  for (const id of threadIds) {
    const [last] = await store.list(names.events(id), { reverse: true, limit: 1 })
    wanted.set(id, Number(last!.key))
  }
  await expect
    .poll(() => threadIds.map((id) => seen.get(id)!.size), { timeout: patience })
    .toEqual(threadIds.map((id) => wanted.get(id)))
  expect(early).toEqual([])
}
