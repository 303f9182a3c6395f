import type { LiveBus, Store } from '@threadkeep/core'
import { forward, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { a, b, cachedStore, numbers, put, turns } from '../test/cached-store.ts'
import { conform } from '../test/conform.ts'
import { failBefore } from './chaos/faults.ts'
import { createStatistics } from './statistics/statistics.ts'
import { warm } from './warm.ts'
import { withCache } from './with-cache.ts'
import { withChaos } from './with-chaos.ts'
import { withStatistics } from './with-statistics.ts'

conform('cache', { histories: 150, wrap: (clock) => withCache({ cache: memoryStore({ clock }), clock }) })
conform('cache that is updated', {
  histories: 150,
  wrap: (clock) => withCache({ cache: memoryStore({ clock }), clock, onWrite: 'update' }),
})
conform('shared cache', { wrap: (clock) => withCache({ cache: memoryStore({ clock }), clock, shared: true }) })
conform('cache that is always down', {
  wrap: (clock) => withCache({ cache: withChaos({ faults: [failBefore()] })(memoryStore({ clock })), clock }),
})

test('a record that was read once is answered from the cache, as the inner store would', async () => {
  const { store, base, asked, clock } = cachedStore()
  const { version } = (await base.commit([put(a, 1, clock.now() + 60_000)])) as { version: string }
  const entry = { ...a, value: { n: 1 }, version, expiresAt: clock.now() + 60_000 }
  expect(await store.get([a])).toEqual([entry])
  const again = await store.get([a])
  expect(again).toEqual([entry])
  ;(again[0]!.value as { n: number }).n = 9
  expect(await store.get([a, a])).toEqual([entry, entry])
  expect(asked).toEqual(['a'])
})

test('absence is remembered too, for its own time, and ends with a write', async () => {
  const { store, base, asked, clock } = cachedStore({ negativeTtl: 2 })
  expect(await store.get([a])).toEqual([undefined])
  expect(await store.get([a])).toEqual([undefined])
  expect(asked).toEqual(['a'])
  await base.commit([put()])
  clock.advance(2000)
  expect(numbers(await store.get([a]))).toEqual([1])
  expect(await store.get([b])).toEqual([undefined])
  await store.commit([put(b)])
  expect(numbers(await store.get([b]))).toEqual([1])
  const never = cachedStore({ negativeTtl: 0 })
  await never.store.get([a])
  await never.store.get([a])
  expect(never.asked).toEqual(['a', 'a'])
})

test('a copy lives no longer than ttl, less the jitter, and never longer than its record', async () => {
  const { store, base, asked, clock } = cachedStore({ ttl: 10, jitter: 0.5, random: () => 1 })
  await base.commit([put(a), put(b, 2, clock.now() + 3000)])
  await store.get([a])
  await store.get([b])
  clock.advance(2999)
  expect(numbers([...(await store.get([a])), ...(await store.get([b]))])).toEqual([1, 2])
  expect(asked).toEqual(['a', 'b'])
  clock.advance(1)
  expect(await store.get([b])).toEqual([undefined])
  expect(asked).toEqual(['a', 'b', 'b'])
  clock.advance(2000)
  await store.get([a])
  expect(asked).toEqual(['a', 'b', 'b', 'a'])
})

test('reads of one record at one time are one read, and every reader has its own copy', async () => {
  const { store, base, asked, hold, release } = cachedStore()
  await base.commit([put()])
  hold()
  const readers = Array.from({ length: 10 }, () => store.get([a]))
  await turns()
  release()
  const entries = (await Promise.all(readers)).map(([entry]) => entry!)
  expect(asked).toEqual(['a'])
  expect(new Set(entries.map((entry) => entry.value)).size).toBe(10)
})

test('a reader that gives up leaves the others their answer', async () => {
  const { store, base, asked, hold, release } = cachedStore()
  await base.commit([put()])
  hold()
  const controller = new AbortController()
  const first = store.get([a], { signal: controller.signal })
  const second = store.get([a])
  await turns()
  controller.abort()
  await expect(first).rejects.toMatchObject({ code: 'ABORTED' })
  release()
  expect(numbers(await second)).toEqual([1])
  expect(asked).toEqual(['a'])
})

test('a failed read fails its readers and is not kept', async () => {
  const base = memoryStore()
  await base.commit([put()])
  const store = stack(base, [
    withChaos({ faults: [failBefore({ nth: 1, verbs: ['get'] })] }),
    withCache({ cache: memoryStore() }),
  ])
  const both = await Promise.allSettled([store.get([a]), store.get([a])])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(numbers(await store.get([a]))).toEqual([1])
})

test('a record that cannot be read does not fail those who asked for another one of the same batch', async () => {
  const base = memoryStore()
  await base.commit([put(a), put(b)])
  const inner = forward(base, {
    async get(at) {
      await turns()
      if (at.some(({ key }) => key === 'b')) throw new ThreadkeepError('CORRUPT', 'b is broken')
      return base.get(at)
    },
  })
  const store = withCache({ cache: memoryStore() })(inner)
  const batch = store.get([a, b])
  const single = store.get([a])
  await expect(batch).rejects.toMatchObject({ code: 'CORRUPT' })
  expect(numbers(await single)).toEqual([1])
})

test('what somebody else has put into the cache is not taken for a copy', async () => {
  const { store, base, cache } = cachedStore()
  await base.commit([put(a, 1)])
  for (const value of [
    {},
    { n: 7 },
    { state: 'found', cachedAt: 1e15, value: 'x', version: 1 },
    { state: 'other', cachedAt: 1e15 },
  ]) {
    await cache.commit([{ type: 'put', at: a, value }])
    expect(numbers(await store.get([a]))).toEqual([1])
  }
})

test('values too deep for the cache are served all the same', async () => {
  const { store, base, asked } = cachedStore()
  let value: Record<string, unknown> = {}
  for (let i = 0; i < 126; i++) value = { value }
  await base.commit([{ type: 'put', at: a, value: value as never }, put(b, 1)])
  await store.get([b])
  expect((await store.get([a]))[0]?.value).toEqual(value)
  expect((await store.get([a]))[0]?.value).toEqual(value)
  expect(numbers(await store.get([b]))).toEqual([1])
  expect(asked.filter((keys) => keys === 'b')).toHaveLength(1)
})

test('hits and misses are counted, absence that was known is a hit', async () => {
  const statistics = createStatistics()
  const { store, base } = cachedStore({ statistics })
  await base.commit([put(a)])
  for (let i = 0; i < 3; i++) await store.get([a, b])
  await store.commit([put(a)])
  await store.get([a])
  expect(statistics.snapshot()['cache']).toMatchObject({ gets: 7, hits: 4, misses: 3, hitRatePercent: 57.14 })
})

test('warming reads each record once, in batches', async () => {
  const statistics = createStatistics()
  const base = memoryStore()
  const keys = Array.from({ length: 25 }, (_, i) => ({ collection: 'c', key: `k${i}` }))
  await base.commit(keys.slice(0, 20).map((at, n) => put(at, n)))
  const store = stack(base, [withStatistics({ statistics }), withCache({ cache: memoryStore() })])
  expect(await warm(store, new Set(keys), { batchSize: 10 })).toBe(20)
  await Promise.all(keys.map((at) => store.get([at])))
  expect(statistics.snapshot()['memory']).toMatchObject({ gets: 25 })
  await expect(warm(store, keys, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(warm(store, keys, { batchSize: 0 })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
})

test('closing closes the inner store and the cache, and nothing is answered from the cache afterwards', async () => {
  const { store, base, cache } = cachedStore()
  await base.commit([put(a)])
  await store.get([a])
  await store.close()
  for (const one of [store, base, cache]) await expect(one.get([a])).rejects.toMatchObject({ code: 'CLOSED' })
})

test('options that make no sense are refused', () => {
  const cache = memoryStore()
  const bus = {} as LiveBus
  for (const options of [
    { ttl: 0 },
    { negativeTtl: -1 },
    { jitter: 2 },
    { onWrite: 'never' as never },
    { shared: true, onWrite: 'update' as const },
    { shared: true, bus },
  ]) {
    expect(() => withCache({ cache, ...options })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})

test('without other processes, another wrapper around the same store is one: its writes show after ttl', async () => {
  const { store, base, clock } = cachedStore({ ttl: 5 })
  const other: Store = base
  await other.commit([put(a, 1)])
  await store.get([a])
  await other.commit([put(a, 2)])
  expect(numbers(await store.get([a]))).toEqual([1])
  clock.advance(5000)
  expect(numbers(await store.get([a]))).toEqual([2])
})
