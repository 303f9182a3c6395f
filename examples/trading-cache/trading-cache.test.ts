import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isThreadkeepError, manualClock, memoryStore } from '@threadkeep/core'
import { redisStore } from '@threadkeep/store-redis'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { service } from '@threadkeep/test-support/services'
import { failBefore, generateKey, withChaos } from '@threadkeep/wrappers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openTradingCache } from './open-cache.ts'
import type { Price } from './price.ts'
import { smartTtl } from './smart-ttl.ts'
import { setUp, start } from './test-cache.ts'

const run = promisify(execFile)
const redis = await service('redis')

async function temporaryDirectory() {
  const directory = await mkdtemp(join(tmpdir(), 'trading-cache-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

test('a price comes back as it was stored, under its symbol only', async () => {
  const { cache } = setUp()
  const id = await cache.storePrice('aapl', 150.25, 1_000_000, { ttl: 3600 })
  const price = { id, symbol: 'AAPL', price: 150.25, volume: 1_000_000, timestamp: '2026-01-02T09:30:00.000Z' }
  expect(await cache.getPrice('AAPL', id)).toEqual(price)
  expect(await cache.getPrice(' Aapl ', id)).toEqual(price)
  expect(await cache.getPrice('AAP', id)).toBeUndefined()
  expect(await cache.getPrice('AAPL', 'nothing')).toBeUndefined()
})

test('what is no price is refused and not stored', async () => {
  const { cache, disk } = setUp()
  for (const symbol of ['', 'A A', 'x'.repeat(33), 'prices:A', 7 as never]) {
    await expect(cache.storePrice(symbol, 1, 1)).rejects.toMatchObject({ code: 'INVALID' })
  }
  for (const [price, volume] of [
    [Number.NaN, 1],
    [Infinity, 1],
    ['1' as never, 1],
    [1, -1],
    [1, Number.NaN],
  ] as const) {
    await expect(cache.storePrice('A', price, volume)).rejects.toMatchObject({ code: 'INVALID' })
  }
  for (const at of [new Date('never'), new Date(-1)]) {
    await expect(cache.storePrice('A', 1, 1, { at })).rejects.toMatchObject({ code: 'INVALID' })
  }
  for (const ttl of [0, -1, Number.NaN, Infinity, '5' as never]) {
    await expect(cache.storePrice('A', 1, 1, { ttl })).rejects.toMatchObject({ code: 'INVALID_TTL' })
  }
  expect(await disk.list('prices:A', { limit: 1 })).toEqual([])
})

describe('two tiers', () => {
  test('the first read of a price is from disk and promotes it, the next ones are from memory', async () => {
    const { cache } = setUp()
    const id = await cache.storePrice('AAPL', 150.25, 1)
    await cache.getPrice('AAPL', id)
    expect(cache.getCacheStatistics()).toMatchObject({ totalGets: 1, cacheHits: 0, cacheMisses: 1, hitRatePercent: 0 })
    await cache.getPrice('AAPL', id)
    expect(cache.getCacheStatistics()).toMatchObject({ totalGets: 2, cacheHits: 1, hitRatePercent: 50 })
    await cache.getPrice('AAPL', id)
    expect(cache.getCacheStatistics()).toMatchObject({ hitRatePercent: 66.67 })
  })

  test('with update, a price is in memory from the start', async () => {
    const { cache } = setUp({ onWrite: 'update' })
    const id = await cache.storePrice('AAPL', 150.25, 1)
    await cache.getPrice('AAPL', id)
    await cache.getLatestPrice('AAPL')
    expect(cache.getCacheStatistics()).toMatchObject({ cacheHits: 2, cacheMisses: 0 })
  })

  test('memory keeps what was used last and drops the rest', async () => {
    const clock = manualClock(start)
    const { cache } = setUp({ clock, memory: memoryStore({ clock, maxSize: 10 }) })
    const ids = []
    for (let n = 0; n < 30; n++) ids.push(await cache.storePrice('AAPL', n, 1))
    for (const id of ids) await cache.getPrice('AAPL', id)
    for (const id of ids.slice(-10)) await cache.getPrice('AAPL', id)
    expect(cache.getCacheStatistics()).toMatchObject({ cacheHits: 10, cacheMisses: 30 })
    await cache.getPrice('AAPL', ids[0]!)
    expect(cache.getCacheStatistics()).toMatchObject({ cacheMisses: 31 })
  })

  test('a memory tier that is down costs speed, not prices', async () => {
    const { cache } = setUp({ memory: withChaos({ faults: [failBefore()] })(memoryStore()) })
    const id = await cache.storePrice('AAPL', 1, 1)
    expect(await cache.getPrice('AAPL', id)).toMatchObject({ price: 1 })
    expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 1 })
  })

  test('failures of the disk that pass are retried three times', async () => {
    const retried = setUp({ disk: withChaos({ faults: [1, 2, 3].map((nth) => failBefore({ nth })) })(memoryStore()) })
    await retried.cache.storePrice('AAPL', 1, 1)
    const dead = setUp({ disk: withChaos({ faults: [failBefore()] })(memoryStore()) })
    await expect(dead.cache.storePrice('AAPL', 1, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(dead.cache.prometheus()).toContain('errors_total{layer="disk",collection="latest"} 4\n')
  })

  test('warming reads the latest prices into memory', async () => {
    const { cache } = setUp()
    for (const symbol of ['AAPL', 'MSFT', 'GOOG']) await cache.storePrice(symbol, 1, 1)
    expect(await cache.warmCache(['aapl', 'MSFT', 'NONE'])).toBe(2)
    const before = cache.getCacheStatistics().diskReads
    await cache.getLatestPrice('AAPL')
    await cache.getLatestPrice('MSFT')
    expect(cache.getCacheStatistics().diskReads).toBe(before)
  })
})

test('history is a stretch of time, newest prices first to be kept, oldest first in order', async () => {
  const { cache } = setUp()
  for (let n = 0; n < 10; n++) await cache.storePrice('AAPL', n, 1, { at: new Date(start + n * 1000) })
  const prices = (list: readonly Price[]) => list.map(({ price }) => price)
  const between = { from: new Date(start + 2000), to: new Date(start + 6000) }
  expect(prices(await cache.history('AAPL', between))).toEqual([2, 3, 4, 5])
  expect(prices(await cache.history('AAPL', { ...between, limit: 2 }))).toEqual([4, 5])
  expect(prices(await cache.history('AAPL', { limit: 3 }))).toEqual([7, 8, 9])
})

test('removing old prices removes them from both tiers, for all symbols, and nothing else', async () => {
  const { cache, disk } = setUp()
  const ids: string[] = []
  for (const symbol of ['AAPL', 'MSFT']) {
    for (const age of [100, 60, 59, 0]) {
      const id = await cache.storePrice(symbol, age, 1, { at: new Date(start - age * 1000) })
      ids.push(id)
      await cache.getPrice(symbol, id)
    }
  }
  expect(await cache.removeOlderThan(60)).toBe(2)
  expect(await cache.getPrice('AAPL', ids[0]!)).toBeUndefined()
  expect(await cache.history('MSFT')).toHaveLength(3)
  expect(await cache.removeOlderThan(-1)).toBe(6)
  expect(await cache.getLatestPrice('AAPL')).toBeUndefined()
  expect(await disk.list('latest', { limit: 9 })).toEqual([])
})

test('a price is kept longer the older its quote and the more it is read, and never beyond 30 days', async () => {
  expect([smartTtl(0, 0), smartTtl(3600, 0), smartTtl(86_400, 0)]).toEqual([3600, 86_400, 604_800])
  expect([smartTtl(0, 25), smartTtl(0, 1000), smartTtl(86_400, 1000)]).toEqual([3 * 3600, 10 * 3600, 30 * 86_400])
  const { cache, clock, disk } = setUp()
  const lifeOf = async (id: string) => {
    const [entry] = await disk.get([{ collection: 'prices:AAPL', key: id }])
    return (entry!.expiresAt! - clock.now()) / 1000
  }
  expect(await lifeOf(await cache.storePrice('AAPL', 1, 1))).toBe(3600)
  for (let n = 0; n < 10; n++) await cache.getLatestPrice('AAPL')
  expect(await lifeOf(await cache.storePrice('AAPL', 1, 1))).toBe(7200)
  clock.advance(600_000)
  expect(await lifeOf(await cache.storePrice('AAPL', 1, 1))).toBe(3600)
  expect(await lifeOf(await cache.storePrice('AAPL', 1, 1, { ttl: 1e9 }))).toBe(30 * 86_400)
})

test('a series of many quotes is stored compressed and limited to 1 MiB', async () => {
  const { cache, disk } = setUp()
  const points = Array.from({ length: 5000 }, (_, n) => {
    return { timestamp: new Date(start + n * 1000).toISOString(), price: 150 + n / 100, volume: 100 }
  })
  await cache.storeSeries('AAPL', '2026-01-02', points)
  expect(await cache.getSeries('AAPL', '2026-01-02')).toEqual(points)
  const [stored] = await disk.get([{ collection: 'series:AAPL', key: '2026-01-02' }])
  expect(JSON.stringify(stored!.value).length).toBeLessThan(JSON.stringify(points).length / 4)
  const tooMany = Array.from({ length: 20_000 }, (_, n) => points[n % 5000]!)
  await expect(cache.storeSeries('AAPL', 'big', tooMany)).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test('a record that is no price is named, not returned', async () => {
  const { cache, disk } = setUp()
  for (const [collection, key] of [
    ['prices:A', '0'],
    ['latest', 'A'],
  ] as const) {
    await disk.commit([{ type: 'put', at: { collection, key }, value: { price: 'cheap' } }])
  }
  for (const call of [cache.getPrice('A', '0'), cache.getLatestPrice('A'), cache.history('A')]) {
    await expect(call).rejects.toMatchObject({ code: 'CORRUPT' })
  }
})

test('prices are there after a restart, encrypted where there is a key', async () => {
  const directory = await temporaryDirectory()
  const env = { CACHE_KEY: generateKey() }
  const first = await openTradingCache(directory, env)
  const id = await first.storePrice('AAPL', 987_654.321, 1)
  await first.cleanup()
  const file = join(directory, 'prices.db')
  expect((await stat(file)).size).toBeGreaterThan(0)
  expect((await readFile(file)).toString('latin1')).not.toContain('987654.321')

  await using second = await openTradingCache(directory, env)
  expect(await second.getPrice('AAPL', id)).toMatchObject({ price: 987_654.321 })
  expect(await second.getLatestPrice('AAPL')).toMatchObject({ id })
})

test('cleanup frees what has expired and closes both tiers', async () => {
  const path = join(await temporaryDirectory(), 'prices.db')
  const clock = manualClock(start)
  const { cache, memory } = setUp({ clock, disk: await sqliteStore({ path, clock }) })
  await cache.storePrice('AAPL', 1, 1, { ttl: 1 })
  clock.advance(1000)
  await cache.cleanup()
  const closed = (error: unknown) => isThreadkeepError(error, 'CLOSED')
  expect(await cache.getLatestPrice('AAPL').catch(closed)).toBe(true)
  expect(await memory.get([]).catch(closed)).toBe(true)
  // With a clock that stands before the deadline, what was only hidden would show.
  await using disk = await sqliteStore({ path, clock: manualClock(start) })
  expect(await disk.collections({ limit: 9 })).toEqual([])
})

test('the demo runs', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const env = { ...process.env, CACHE_DIR: await temporaryDirectory(), REDIS_URL: '' }
  const { stdout } = await run(process.execPath, ['--conditions=threadkeep-source', main], { env })
  expect(stdout).toContain('\nAAPL: $150.25 (volume: 1000000), from disk\nAAPL: $150.25, from memory')
  expect(stdout).toContain('Latest AAPL: $150.25, although')
  expect(stdout).toContain('Warmed up: 2 symbols')
  expect(stdout).toContain('Hit rate: 72.22%')
  expect(stdout).toContain('# TYPE threadkeep_store_gets_total counter')
})

test('what is set wrongly is told in a sentence', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const env = { ...process.env, CACHE_DIR: await temporaryDirectory(), CACHE_KEY: 'short', REDIS_URL: '' }
  const failure = run(process.execPath, ['--conditions=threadkeep-source', main], { env })
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^withEncryption key .*\n.*README/),
  })
})

describe.skipIf(!redis.available)('with Redis as the memory tier of two processes', () => {
  test('a price read in one is at hand in the other, and a new one shows in both at once', async () => {
    const directory = await temporaryDirectory()
    const { url, name: namespace } = await redis.open()
    const env = { REDIS_URL: url, REDIS_NAMESPACE: namespace }
    await using first = await openTradingCache(directory, env)
    await using second = await openTradingCache(directory, env)
    await first.storePrice('AAPL', 1, 1)
    await first.getLatestPrice('AAPL')
    // Nobody waits for a copy to arrive in the cache.
    await using redisTier = await redisStore({ url, namespace, role: 'cache' })
    const copy = { collection: 'latest', key: 'AAPL' }
    await vi.waitFor(async () => expect(await redisTier.get([copy])).toMatchObject([{ value: { state: 'found' } }]))
    expect(await second.getLatestPrice('AAPL')).toMatchObject({ price: 1 })
    expect(second.getCacheStatistics()).toMatchObject({ cacheHits: 1, diskReads: 0 })
    for (let n = 2; n < 20; n++) {
      await first.storePrice('AAPL', n, 1)
      expect(await second.getLatestPrice('AAPL')).toMatchObject({ price: n })
    }
  })
})
