import { isThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PostgresStore } from '../src/index.ts'
import { postgresStore } from '../src/index.ts'

const postgres = await service('postgres')
const at = { collection: 'c', key: 'k' }
const timeout = 500

describe.skipIf(!postgres.available)('a network and a server that fail', () => {
  let url: string
  let proxy: TcpProxy
  let store: PostgresStore
  let direct: PostgresStore

  beforeEach(async () => {
    url = (await postgres.open()).url
    proxy = await tcpProxy(url)
    direct = await postgresStore({ url })
    store = await postgresStore({ url: proxy.through(url), timeout, connections: 2 })
    // As many connections as there may be: under a fault no new one comes about.
    await Promise.all([store.get([at]), store.get([at])])
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
    expect(await errorOf(put(1))).toMatchObject({ code: 'TIMEOUT', retryable: true, maybeCommitted: true })
    expect(performance.now() - before).toBeLessThan(timeout + 10_000)
    expect(await stored()).toEqual({ n: 1 })
    proxy.restore()
    expect(await put(2)).toMatchObject({ ok: true })
  })

  test('a connection cut with the reply under way: the same', async () => {
    proxy.mode('dropReplies')
    const committing = errorOf(put(1))
    while ((await stored()) === undefined);
    proxy.cut()
    expect(await committing).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  })

  test('without a connection nothing is sent, now or later', async () => {
    proxy.cut({ refuse: true })
    await Promise.all([errorOf(store.get([at])), errorOf(store.get([at]))])
    expect(await errorOf(put(1))).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: false })
    proxy.restore()
    await expect.poll(() => store.get([at]), { timeout: 5_000 }).toEqual([undefined])
  })

  test('a peer that falls silent is given up, and the next call has a new connection', async () => {
    proxy.mode('halfOpen')
    expect(await errorOf(store.get([at]))).toMatchObject({ code: 'TIMEOUT', maybeCommitted: false })
    proxy.restore()
    expect(await put(2)).toMatchObject({ ok: true })
  })

  test('a commit that waits for another process too long is undone, and known to be', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query("begin; select pg_advisory_xact_lock(hashtextextended('threadkeep', 1))")
    expect(await errorOf(put(1))).toMatchObject({ code: 'TIMEOUT', retryable: true, maybeCommitted: false })
    expect(await store.get([at])).toEqual([undefined])
    await client.query('rollback')
    expect(await put(2)).toMatchObject({ ok: true })
    await client.end()
  })

  test('a server that ends the session in the middle of a commit leaves it in doubt', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query("begin; select pg_advisory_xact_lock(hashtextextended('threadkeep', 1))")
    const committing = errorOf(put(1))
    const waiting = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
    await expect.poll(async () => (await client.query(waiting)).rows.length).toBe(1)
    await client.query(`select pg_terminate_backend(pid) from (${waiting}) w`)
    expect(await committing).toMatchObject({ code: 'UNAVAILABLE', retryable: true, maybeCommitted: true })
    await client.query('rollback')
    expect(await put(2)).toMatchObject({ ok: true })
    await client.end()
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
    proxy.cut()
  })
})
