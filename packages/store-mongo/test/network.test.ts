import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { EnumerableStore, ThreadkeepError } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')
const a = { collection: 'left', key: 'a' }
const b = { collection: 'right', key: 'b' }
const single = { collection: 'left', key: 'single' }
const deadline = 800

describe.skipIf(!mongodb.available)('a network that fails', () => {
  let proxy: TcpProxy
  let client: MongoClient
  let store: EnumerableStore
  let direct: EnumerableStore
  let through: URL

  beforeEach(async () => {
    const { url, name: database } = await mongodb.open()
    proxy = await tcpProxy(url)
    // Past the proxy lies the address that the replica set tells of itself, so discovery is off.
    through = new URL(proxy.through(url))
    through.searchParams.delete('replicaSet')
    through.searchParams.set('directConnection', 'true')
    store = await mongoStore({ url: through.href, deadline })
    client = await new MongoClient(mongodb.url).connect()
    direct = await mongoStore({ client, database })
    await both(0)
  })
  afterEach(async () => {
    proxy.restore()
    await store.close()
    await direct.close()
    await client.close()
    await proxy[Symbol.asyncDispose]()
  })

  const put = (at: typeof a, n: number) => ({ type: 'put' as const, at, value: { n } })
  const both = (n: number) => store.commit([put(a, n), put(b, n)])
  const stored = async () => (await direct.get([a, b])).map((entry) => entry?.value['n'])

  async function errorOf(call: Promise<unknown>): Promise<ThreadkeepError> {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (!isThreadkeepError(error)) throw new Error(`expected a ThreadkeepError, got ${error}`)
    return error
  }

  test('a reply that is lost: the caller is told within the deadline that the commit may have happened', async () => {
    proxy.mode('dropReplies')
    const before = performance.now()
    expect(await errorOf(store.commit([put(a, 1)]))).toMatchObject({ code: 'TIMEOUT', maybeCommitted: true })
    expect(performance.now() - before).toBeLessThan(deadline + 10_000)
    expect(await stored()).toEqual([1, 0])
    const errors = await Promise.all([errorOf(both(2)), errorOf(store.get([a]))])
    expect(performance.now() - before).toBeLessThan(2 * deadline + 10_000)
    expect(errors).toMatchObject([
      { code: 'TIMEOUT', maybeCommitted: true },
      { code: 'TIMEOUT', maybeCommitted: false },
    ])
  })

  test('a connection cut with the reply to the commit under way: the retry finds that it had happened', async () => {
    // The writes of this transaction are answered; the answer to its commit is not.
    const committing = both(1)
    await proxy.nextRequest()
    await new Promise((resolve) => setTimeout(resolve, 3))
    proxy.mode('dropReplies')
    await new Promise((resolve) => setTimeout(resolve, 60))
    proxy.cut()
    proxy.restore()
    expect((await committing).ok).toBe(true)
    expect(await stored()).toEqual([1, 1])
  })

  test('connections that are cut again and again slow commits down, but lose and double none', async () => {
    let cutting = true
    const cut = async (): Promise<void> => {
      while (cutting) {
        await new Promise((resolve) => setTimeout(resolve, 40))
        proxy.cut()
      }
    }
    const cuts = cut()
    const outcomes = new Map<string, boolean | 'unknown'>()
    for (let n = 0; n < 15; n++) {
      const key = `k${n}`
      const changes = [put({ ...a, key }, n), put({ ...b, key }, n)]
      const check = { type: 'check' as const, at: { ...a, key }, version: null }
      const outcome = await store.commit([check, ...changes]).then(
        ({ ok }) => ok,
        (error: ThreadkeepError) => (error.maybeCommitted ? ('unknown' as const) : false),
      )
      outcomes.set(key, outcome)
    }
    cutting = false
    await cuts
    const [left, right] = await Promise.all(
      ['left', 'right'].map((name) => direct.list(name, { prefix: 'k', limit: 99 })),
    )
    const keys = left!.map(({ key }) => key)
    expect(right!.map(({ key }) => key)).toEqual(keys)
    for (const [key, outcome] of outcomes)
      if (outcome !== 'unknown') expect([key, keys.includes(key)]).toEqual([key, outcome])
    expect([...outcomes.values()]).toContain(true)
  })

  test('a call in the moment in which the server hangs up is only repeated, and happens once', async () => {
    await using patient = await mongoStore({ url: through.href, deadline: 20_000 })
    const calls: Promise<unknown>[] = []
    // The driver still holds the connection for a good one when its socket has heard that the other side leaves.
    const watch = (message: unknown): void => {
      const { socket } = message as { socket: Socket }
      socket.once('end', () => {
        if (socket.remotePort !== proxy.port) return
        const n = calls.length
        const changes = [put(a, n), put(b, n)]
        calls.push(patient.get([a]), patient.get([a, b]), patient.commit(changes), patient.commit([put(single, n)]))
      })
    }
    subscribe('net.client.socket', watch)
    try {
      for (let round = 1; round <= 5; round++) {
        await Promise.all(Array.from({ length: 4 }, () => patient.get([a])))
        const before = calls.length
        proxy.cut()
        await expect.poll(() => calls.length).toBeGreaterThan(before)
        await Promise.allSettled(calls)
      }
    } finally {
      unsubscribe('net.client.socket', watch)
    }
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    const [left, right] = await stored()
    expect(left).toBe(right)
  })

  test('a peer that falls silent is noticed, and afterwards everything works again', async () => {
    proxy.mode('halfOpen')
    const errors = await Promise.all([errorOf(store.get([a])), errorOf(both(1)), errorOf(store.commit([put(a, 1)]))])
    expect(errors.map(({ code }) => code)).toEqual(['TIMEOUT', 'TIMEOUT', 'TIMEOUT'])
    proxy.cut()
    proxy.restore()
    await expect.poll(() => both(2).catch(() => undefined), { timeout: 8_000 }).toMatchObject({ ok: true })
    expect(await stored()).toEqual([2, 2])
  })

  test('a commit given up before it was sent is not sent', async () => {
    const controller = new AbortController()
    const writing = errorOf(store.commit([put(a, 5)], { signal: controller.signal }))
    controller.abort()
    expect(await writing).toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    await both(6)
    expect(await stored()).toEqual([6, 6])
  })

  test('closing ends soon, also when nobody answers', async () => {
    proxy.mode('halfOpen')
    const lost = errorOf(both(1))
    const before = performance.now()
    await store.close()
    expect(performance.now() - before).toBeLessThan(4 * deadline + 10_000)
    await lost
  })
})
