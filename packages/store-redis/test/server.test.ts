import { readFileSync } from 'node:fs'
import { manualClock } from '@threadkeep/core/store'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { createClient } from 'redis'
import { describe, expect, test, vi } from 'vitest'
import { redisLiveBus, redisRateLimiter, redisStore } from '../src/index.ts'

const at = { collection: 'c', key: 'k' }
const put = (n: number, key = 'k') => ({ type: 'put', at: { collection: 'c', key }, value: { n } }) as const

describe.skipIf(!(await canOwn('redis')))('the server a store starts on', () => {
  test('one that evicts is refused with the way out, and is fine for a cache', async () => {
    await using server = await ownServer('redis', { args: ['--maxmemory-policy', 'allkeys-lru'] })
    await expect(redisStore({ url: server.url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringMatching(/allkeys-lru.*noeviction.*role: 'cache'/),
    })
    await using cache = await redisStore({ url: server.url, role: 'cache' })
    await cache.commit([put(1)])
    expect(await cache.get([at])).toMatchObject([{ value: { n: 1 } }])
    expect('collections' in cache).toBe(false)
  })

  test('a cache whose records were evicted has a miss, and lists what is left', async () => {
    await using server = await ownServer('redis', { args: ['--maxmemory-policy', 'allkeys-lru'] })
    await using client = await connect(server.url)
    await using cache = await redisStore({ url: server.url, role: 'cache' })
    await cache.commit([put(1, 'a'), put(2, 'b')])
    await client.del('{threadkeep}:records:c')
    await cache.commit([put(3, 'c')])
    expect(await cache.get([{ collection: 'c', key: 'a' }])).toEqual([undefined])
    expect((await cache.list('c', { limit: 1 })).map(({ key }) => key)).toEqual(['c'])
    expect(await client.zCard('{threadkeep}:order:c')).toBe(1)
  })

  test('one that would lose commits at a crash is warned of', async () => {
    await using server = await ownServer('redis', { args: ['--appendonly', 'no'] })
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    await using _ = await redisStore({ url: server.url })
    expect(warn.mock.calls).toEqual([[expect.stringContaining('appendonly'), { code: 'THREADKEEP_REDIS_WITHOUT_AOF' }]])
    warn.mockRestore()
  })

  test('a full one answers STORAGE_FULL, keeps what it has readable, and works again when there is room', async () => {
    await using server = await ownServer('redis')
    await using client = await connect(server.url)
    await using store = await redisStore({ url: server.url })
    await store.commit([put(1)])
    await client.configSet('maxmemory', '1')
    const [writing, deleting] = await Promise.allSettled([
      store.commit([put(2), put(3, 'other')]),
      store.commit([{ type: 'delete', at: { collection: 'c', key: 'gone' } }]),
    ])
    expect(writing).toMatchObject({ reason: { code: 'STORAGE_FULL', retryable: false, maybeCommitted: false } })
    expect(deleting).toMatchObject({ value: { ok: true } })
    expect(await store.list('c', { limit: 9 })).toMatchObject([{ key: 'k', value: { n: 1 } }])
    await client.configSet('maxmemory', '0')
    expect((await store.commit([put(4)])).ok).toBe(true)
  })

  test('names all collections, also beyond the first two hundred, and passes over those of which nothing is left', async () => {
    await using server = await ownServer('redis')
    const clock = manualClock(Date.now())
    await using store = await redisStore({ url: server.url, clock })
    const name = (n: number) => `c${String(n).padStart(3, '0')}`
    const changes = Array.from({ length: 450 }, (_, n) => {
      const change = { type: 'put', at: { collection: name(n), key: 'k' }, value: {} } as const
      return n < 430 ? { ...change, expiresAt: clock.now() + 1_000 } : change
    })
    await store.commit(changes)
    expect(await store.collections({ limit: 1_000 })).toEqual(changes.map((change) => change.at.collection))
    clock.advance(1_000)
    expect(await store.collections({ limit: 5 })).toEqual([430, 431, 432, 433, 434].map(name))
  })

  test('takes many large commits of one turn, each whole', async () => {
    await using server = await ownServer('redis')
    await using store = await redisStore({ url: server.url })
    const taken = { type: 'check', at: { collection: 'b', key: '0' }, version: null } as const
    const many = (collection: string) =>
      Array.from(
        { length: 900 },
        (_, n) => ({ type: 'put', at: { collection, key: String(n) }, value: { n } }) as const,
      )
    const results = await Promise.all([
      ...['a', 'b', 'c'].map((collection) => store.commit(many(collection))),
      store.commit([...many('d'), taken]),
    ])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false])
    const counts = ['a', 'b', 'c', 'd'].map(async (name) => (await store.list(name, { limit: 1_000 })).length)
    expect(await Promise.all(counts)).toEqual([900, 900, 900, 0])
  })

  test('one that has forgotten its scripts is taught them again', async () => {
    await using server = await ownServer('redis')
    await using client = await connect(server.url)
    await using store = await redisStore({ url: server.url })
    for (let n = 1; n <= 2; n++) {
      await client.scriptFlush()
      await Promise.all([store.commit([put(n)]), store.commit([put(n, 'other')])])
      await client.scriptFlush()
      expect(await store.list('c', { limit: 9 })).toMatchObject([{ value: { n } }, { value: { n } }])
    }
  })

  test('one that does not answer, or refuses the user, is an error in good time', async () => {
    await expect(redisStore({ url: 'redis://127.0.0.1:1', timeout: 300 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await using server = await ownServer('redis', { args: ['--protected-mode', 'no'] })
    const url = server.url.replace('redis://', 'redis://somebody:secret@')
    await expect(redisStore({ url })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })

  test('one may give the user no more rights than the README lists', async () => {
    await using server = await ownServer('redis')
    await using client = await connect(server.url)
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rights = /`(\+@connection [^`]+)`/.exec(readme)![1]!.split(' ')
    await client.sendCommand(['ACL', 'SETUSER', 'app', 'on', '>secret', ...rights])
    const url = server.url.replace('redis://', 'redis://app:secret@')
    await using store = await redisStore({ url })
    const expiresAt = Date.now() + 60_000
    await store.commit([put(1), { type: 'put', at: { collection: 'd', key: 'k' }, value: {}, expiresAt }])
    expect(await store.get([at, { collection: 'd', key: 'k' }])).toHaveLength(2)
    expect(await store.list('d', { limit: 9 })).toHaveLength(1)
    expect(await store.collections({ limit: 9 })).toEqual(['c', 'd'])
    expect(await store.sweep(9)).toBe(0)
    await using bus = await redisLiveBus({ url })
    const hints: unknown[] = []
    await bus.subscribe('t', (hint) => hints.push(hint))
    bus.publish('t', { n: 1 })
    await expect.poll(() => hints).toEqual([{ n: 1 }])
    await using limiter = await redisRateLimiter({ url, capacity: 1, refillPerSecond: 1 })
    expect(await limiter.take('a')).toMatchObject({ allowed: true })
    await using other = await connect(url)
    await expect(other.set('elsewhere', '1')).rejects.toThrow(/NOPERM/)
  })

  test('options that contradict each other are refused', async () => {
    const client = createClient({ url: 'redis://127.0.0.1:1' })
    for (const options of [
      {},
      { url: 'redis://127.0.0.1:1', client },
      { client },
      { url: 'redis://127.0.0.1:1', namespace: '{x}' },
      { url: 'redis://127.0.0.1:1', namespace: '' },
      { url: 'redis://127.0.0.1:1', timeout: 0 },
      { url: 'redis://127.0.0.1:1', durability: 'replicated', replicas: 0 } as const,
    ]) {
      await expect(redisStore(options)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    }
  })
})

describe.skipIf(!(await canOwn('redis')))('durability "replicated"', () => {
  test('waits for the replica; without it in time, the commit may be lost and says so', async () => {
    await using primary = await ownServer('redis', { args: ['--repl-diskless-sync-delay', '0'] })
    const { port } = new URL(primary.url)
    await expect(redisStore({ url: primary.url, durability: 'replicated' })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('0 are connected'),
    })
    await using replica = await ownServer('redis', { args: ['--replicaof', '127.0.0.1', port] })
    await expect(redisStore({ url: replica.url })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    const options = { url: primary.url, durability: 'replicated', timeout: 700 } as const
    await online(primary.url)
    const store = await redisStore(options)
    await using copy = await connect(replica.url)
    // It counts as connected a moment before it confirms.
    const first = () => store.commit([put(1)]).catch(() => undefined)
    await expect.poll(first, { timeout: 10_000 }).toMatchObject({ ok: true })
    expect(await copy.hGet('{threadkeep}:records:c', 'k')).toMatch(/ \{"n":1\}$/)

    await replica.kill9()
    await expect(store.commit([put(2)])).rejects.toMatchObject({ maybeCommitted: true })
    expect(await store.get([at])).toMatchObject([{ value: { n: 2 } }])
    expect(await store.commit([{ type: 'check', at, version: null }, put(3)])).toEqual({ ok: false, conflict: at })
    await store.close()
  })

  test('waits also for a commit whose script the server had forgotten', async () => {
    await using primary = await ownServer('redis', { args: ['--repl-diskless-sync-delay', '0'] })
    await using proxy = await tcpProxy(primary.url)
    await using _ = await ownServer('redis', { args: ['--replicaof', '127.0.0.1', String(proxy.port)] })
    await online(primary.url)
    await using client = await connect(primary.url)
    await using store = await redisStore({ url: primary.url, durability: 'replicated', timeout: 700 })
    const put = (n: number) => store.commit([{ type: 'put', at, value: { n } }])
    await expect.poll(() => put(1).catch(() => undefined), { timeout: 10_000 }).toMatchObject({ ok: true })
    // It has confirmed everything; what it confirms from here on is not heard any more.
    const confirmed = async () => {
      const info = await client.info('replication')
      return /^slave0:.*offset=(\d+)/m.exec(info)?.[1] === /^master_repl_offset:(\d+)/m.exec(info)?.[1]
    }
    await expect.poll(confirmed, { timeout: 10_000 }).toBe(true)
    proxy.mode('halfOpen')
    await client.scriptFlush()
    await expect(put(2)).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  })
})

describe.skipIf(!(await canOwn('redis')))('a cluster', () => {
  test('takes every verb on one node: all keys of a namespace share a slot, and all are declared', async () => {
    await using server = await ownServer('redis', { args: ['--cluster-enabled', 'yes'] })
    await using client = await connect(server.url)
    await client.clusterAddSlotsRange({ start: 0, end: 16_383 })
    await expect.poll(() => client.clusterInfo(), { timeout: 15_000 }).toContain('cluster_state:ok')
    await using store = await redisStore({ url: server.url })
    const expiresAt = Date.now() + 60_000
    await store.commit([put(1), { type: 'put', at: { collection: 'd', key: 'k' }, value: {}, expiresAt }])
    expect(await store.get([at, { collection: 'd', key: 'k' }])).toMatchObject([{ value: { n: 1 } }, { expiresAt }])
    expect(await store.list('c', { limit: 9 })).toHaveLength(1)
    expect(await store.collections({ limit: 9 })).toEqual(['c', 'd'])
    expect(await store.sweep(9)).toBe(0)
  })
})

/** Answers when the server has a replica. */
async function online(url: string): Promise<void> {
  await using client = await connect(url)
  await expect.poll(() => client.info('replication'), { timeout: 15_000 }).toContain('state=online')
}

async function connect(url: string) {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() })
}
