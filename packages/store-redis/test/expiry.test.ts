import { manualClock } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')
const hour = 3_600_000

describe.skipIf(!redis.available)('what expires leaves the server', () => {
  const clock = manualClock(Date.now())
  let client: Awaited<ReturnType<typeof connect>>
  let store: RedisStore
  let tag: string

  const connect = () => createClient({ url: redis.url }).connect()
  beforeAll(async () => {
    client = await connect()
  })
  afterAll(() => client.destroy())
  beforeEach(async () => {
    const { url, name: namespace } = await redis.open()
    tag = `{${namespace}}`
    store = await redisStore({ url, namespace, clock })
    return () => store.close()
  })

  const put = (key: string, life?: number) => {
    const at = { collection: 'c', key }
    const change = { type: 'put', at, value: {} } as const
    return store.commit([life === undefined ? change : { ...change, expiresAt: clock.now() + life }])
  }
  const lives = () => Promise.all(['records', 'order', 'expiry'].map((part) => client.pTTL(`${tag}:${part}:c`)))
  const held = () => client.hLen(`${tag}:records:c`)

  test('a collection in which everything expires goes by itself, not before its last record', async () => {
    await put('a', hour)
    await put('b', 3 * hour)
    await put('c', 2 * hour)
    for (const life of await lives()) expect(life).toBeGreaterThan(3 * hour)
    for (const life of await lives()) expect(life).toBeLessThan(3 * hour + 120_000)
  })

  test('a collection that is written to again and again stays as long as its last record', async () => {
    await put('a', hour)
    const [before] = await lives()
    clock.advance(59_000)
    await put('b', hour)
    expect((await lives())[0]).toBeLessThanOrEqual(before!)
    expect((await lives())[0]).toBeGreaterThan(hour)
    await put('c', 2 * hour)
    for (const life of await lives()) expect(life).toBeGreaterThan(2 * hour)
  })

  test('one record that stays keeps the collection', async () => {
    await put('a', hour)
    await put('b')
    expect(await lives()).toEqual([-1, -1, -1])
    await put('c', hour)
    expect(await lives()).toEqual([-1, -1, -1])
    clock.advance(hour)
    expect((await store.list('c', { limit: 9 })).map(({ key }) => key)).toEqual(['b'])
    expect(await held()).toBe(1)
  })

  test('a record that becomes permanent in the same turn keeps it too', async () => {
    await Promise.all([put('a', hour), put('a'), put('b', hour)])
    expect((await lives()).slice(0, 2)).toEqual([-1, -1])
    await store.commit([{ type: 'delete', at: { collection: 'c', key: 'b' } }])
    expect(await lives()).toEqual([-1, -1, -2])
  })

  test('commits remove expired records of the collections they write to, sooner or later', async () => {
    for (let n = 0; n < 10; n++) await put(`k${n}`, hour)
    clock.advance(hour)
    for (let n = 0; n < 16; n++) await put('stays')
    expect(await held()).toBe(1)
  })

  test('list fills its limit past ten thousand expired records, both ways, and removes them', async () => {
    const at = (n: number) => ({ collection: 'c', key: String(n).padStart(5, '0') })
    const expiresAt = clock.now() + hour
    const dead = Array.from(
      { length: 9_990 },
      (_, n) => ({ type: 'put', at: at(n + 5), value: {}, expiresAt }) as const,
    )
    await store.commit(dead)
    await store.commit([0, 9_999].map((n) => ({ type: 'put', at: at(n), value: {} }) as const))
    clock.advance(hour)
    const keys = async (reverse: boolean) => (await store.list('c', { limit: 2, reverse })).map(({ key }) => key)
    expect(await keys(false)).toEqual(['00000', '09999'])
    expect(await held()).toBe(2)
    expect(await keys(true)).toEqual(['09999', '00000'])
  })

  test('sweep finds what nobody touches, across collections, and leaves no trace of them', async () => {
    const changes = Array.from({ length: 300 }, (_, n) => {
      const at = { collection: `c${n}`, key: 'k' }
      return { type: 'put', at, value: {}, expiresAt: clock.now() + hour } as const
    })
    await store.commit(changes)
    await put('stays')
    clock.advance(hour)
    expect(await store.sweep(250)).toBe(250)
    expect(await store.sweep(250)).toBe(50)
    expect(await store.sweep(250)).toBe(0)
    expect(await client.keys(`${tag}*`)).toHaveLength(3)
    expect(await client.zRange(`${tag}:collections`, 0, -1)).toEqual(['c'])
  })

  test('a collection that the server has dropped is neither named nor due', async () => {
    await put('a', hour)
    await client.del(['records', 'order', 'expiry'].map((part) => `${tag}:${part}:c`))
    expect(await store.collections({ limit: 9 })).toEqual([])
    clock.advance(hour)
    expect(await store.sweep(9)).toBe(0)
    expect(await client.keys(`${tag}*`)).toEqual([])
  })
})
