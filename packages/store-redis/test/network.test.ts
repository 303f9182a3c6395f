import { isThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')
const at = { collection: 'c', key: 'k' }
const timeout = 400

describe.skipIf(!redis.available)('a network that fails', () => {
  let proxy: TcpProxy
  let store: RedisStore
  let direct: RedisStore

  beforeEach(async () => {
    const { url, name: namespace } = await redis.open()
    proxy = await tcpProxy(url)
    store = await redisStore({ url: proxy.through(url), namespace, timeout })
    direct = await redisStore({ url, namespace })
    // The server knows the scripts from here on: a call whose first reply is lost has been carried out.
    await direct.commit([{ type: 'put', at: { collection: 'other', key: 'k' }, value: {} }])
  })
  afterEach(async () => {
    await store.close()
    await direct.close()
    await proxy[Symbol.asyncDispose]()
  })

  const put = (n: number) => store.commit([{ type: 'put', at, value: { n } }])
  const stored = async () => (await direct.get([at]))[0]?.value

  async function errorOf(call: Promise<unknown>) {
    const error = await call.then(
      () => undefined,
      (thrown) => thrown,
    )
    if (!isThreadkeepError(error)) throw new Error(`expected a ThreadkeepError, got ${error}`)
    return error
  }

  test('a reply that is lost after the commit: the caller is told that it may have happened, and it has', async () => {
    proxy.mode('dropReplies')
    const before = performance.now()
    const error = await errorOf(put(1))
    expect(performance.now() - before).toBeLessThan(timeout + 10_000)
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, maybeCommitted: true })
    expect(await stored()).toEqual({ n: 1 })
  })

  test('a connection cut with the reply under way: the same', async () => {
    proxy.mode('dropReplies')
    const committing = errorOf(put(1))
    await proxy.nextRequest()
    while ((await stored()) === undefined);
    proxy.cut()
    expect(await committing).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  })

  test('while there is no connection calls fail at once, and nothing is sent later', async () => {
    proxy.cut({ refuse: true })
    await errorOf(store.get([at]))
    const error = await errorOf(put(1))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, maybeCommitted: false })
    proxy.restore()
    await expect.poll(() => store.get([at]), { timeout: 5_000 }).toEqual([undefined])
    expect(await stored()).toBeUndefined()
  })

  test('a peer that falls silent is noticed: reads end within the timeout, and the store finds a new connection', async () => {
    proxy.mode('halfOpen')
    expect(await errorOf(store.get([at]))).toMatchObject({ code: 'TIMEOUT', maybeCommitted: false })
    expect(await errorOf(store.list('c', { limit: 1 }))).toMatchObject({ retryable: true, maybeCommitted: false })
    proxy.restore()
    await expect.poll(() => put(2).catch(() => undefined), { timeout: 5_000 }).toMatchObject({ ok: true })
  })

  test('a slow network is only slow', async () => {
    proxy.delay(40)
    await put(3)
    expect(await store.get([at])).toMatchObject([{ value: { n: 3 } }])
  })

  test('a call given up under way is ABORTED, and a commit among them may have happened', async () => {
    proxy.mode('dropReplies')
    const controller = new AbortController()
    const { signal } = controller
    const reading = errorOf(store.get([at], { signal }))
    const writing = errorOf(store.commit([{ type: 'put', at, value: { n: 4 } }], { signal }))
    while ((await stored()) === undefined);
    controller.abort()
    expect(await reading).toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    expect(await writing).toMatchObject({ code: 'ABORTED', maybeCommitted: true })
  })

  test('a commit given up before it was sent is not sent', async () => {
    const controller = new AbortController()
    const writing = errorOf(store.commit([{ type: 'put', at, value: { n: 5 } }], { signal: controller.signal }))
    controller.abort()
    expect(await writing).toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    await put(6)
    expect(await stored()).toEqual({ n: 6 })
  })

  test('closing waits for commits under way, and no longer than the timeout', async () => {
    const committing = put(7)
    await store.close()
    expect((await committing).ok).toBe(true)
    const other = await redisStore({ url: proxy.through(redis.url), timeout })
    proxy.mode('halfOpen')
    const lost = errorOf(other.commit([{ type: 'put', at, value: {} }]))
    const before = performance.now()
    await other.close()
    expect(performance.now() - before).toBeLessThan(3 * timeout + 10_000)
    await lost
  })
})
