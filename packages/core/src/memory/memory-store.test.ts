import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { manualClock } from '../store/clock.ts'
import type { Change, JsonObject } from '../store/types.ts'
import { memoryStore } from './memory-store.ts'

const at = (key: string, collection = 'c') => ({ collection, key })
const put = (key: string, value: JsonObject = {}, expiresAt?: number): Change =>
  expiresAt === undefined ? { type: 'put', at: at(key), value } : { type: 'put', at: at(key), value, expiresAt }

describe('expired records leave memory', () => {
  test('ten thousand with a life of 50 ms are gone soon after, though nobody asks', async () => {
    let behind = 0
    await using store = memoryStore({ clock: { now: () => Date.now() - behind } })
    const expiresAt = Date.now() + 50
    for (let n = 0; n < 10; n++) {
      await store.commit(Array.from({ length: 1_000 }, (_, i) => put(`k${n * 1_000 + i}`, { n }, expiresAt)))
    }
    await wait(200)
    // With the clock set back, asking for the size drops nothing by itself.
    behind = 3_600_000
    expect(store.size).toBe(0)
  })

  test('writing drives them out faster than they come in', async () => {
    const clock = manualClock()
    const store = memoryStore({ clock })
    for (let n = 0; n < 2_000; n++) {
      await store.commit([put(`k${n}`, {}, clock.now() + 10)])
      clock.advance(1)
    }
    expect(store.size).toBeLessThan(100)
    expect(await store.collections({ limit: 9 })).toEqual(['c'])
    clock.advance(10)
    expect(await store.collections({ limit: 9 })).toEqual([])
  })

  test('a record that lost its expiry, or got a later one, holds up no other', async () => {
    const clock = manualClock()
    const store = memoryStore({ clock })
    await store.commit([
      put('first', {}, clock.now() + 1),
      put('second', {}, clock.now() + 2),
      put('third', {}, clock.now() + 3),
    ])
    await store.commit([put('first'), put('second', {}, clock.now() + 100)])
    clock.advance(50)
    expect(store.size).toBe(2)
    clock.advance(50)
    expect(store.size).toBe(1)
  })

  test('a store with deadlines far away keeps no process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const store = memoryStore()
    await store.commit([put('a', {}, Date.now() + 1e12)])
    expect(timers()).toBe(before)
    await store.close()
  })
})

describe('a cap on the records of a collection', () => {
  test('lets the one go that was longest unused', async () => {
    const store = memoryStore({ maxSize: 3 })
    await store.commit([put('a'), put('b'), put('c')])
    await store.get([at('a')])
    await store.commit([put('b', { again: true })])
    await store.commit([put('d')])
    const keys = (await store.list('c', { limit: 9 })).map((entry) => entry.key)
    expect(keys).toEqual(['a', 'b', 'd'])
    expect(store.size).toBe(3)
  })

  test('counts each collection by itself, and holds within one commit too', async () => {
    const store = memoryStore({ maxEntriesPerCollection: 2 })
    await store.commit([
      ...Array.from({ length: 10 }, (_, n) => put(`k${n}`)),
      { type: 'put', at: at('x', 'd'), value: {} },
    ])
    expect((await store.list('c', { limit: 9 })).map((entry) => entry.key)).toEqual(['k8', 'k9'])
    expect(store.size).toBe(3)
  })

  test.each([0, -1, 1.5, Number.NaN, '3'])('of %s is refused', (wrong) => {
    expect(() => memoryStore({ maxSize: wrong as number })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  })
})

test('accessors are read once, and what they do meanwhile cannot tear a commit', async () => {
  const store = memoryStore()
  let reads = 0
  const sly = {
    get n() {
      reads++
      void store.commit([put('a', { sly: true })])
      return reads === 1 ? 1 : Number.NaN
    },
  }
  const result = await store.commit([{ type: 'check', at: at('a'), version: null }, put('b', sly)])
  expect(result).toEqual({ ok: false, conflict: at('a') })
  expect(reads).toBe(1)
  expect((await store.get([at('a'), at('b')])).map((entry) => entry?.value)).toEqual([{ sly: true }, undefined])
})

test('versions of one store mean nothing to another', async () => {
  const [one, two] = [memoryStore(), memoryStore()]
  const [first, second] = [await one.commit([put('a')]), await two.commit([put('a')])]
  expect(first.ok && second.ok && first.version !== second.version).toBe(true)
})
