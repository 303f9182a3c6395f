import { describe, expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { manualClock } from '../store/clock.ts'
import { forward } from '../store/forward.ts'
import type { JsonObject } from '../store/types.ts'
import { collection } from './collection.ts'

const clock = manualClock()
const setUp = () => memoryStore({ clock })
const refusal = (code: string) => expect.objectContaining({ code })

describe('seeds', () => {
  const seeds = { a: { n: 1 }, b: { n: 2 } }

  test('are there at the first use, once in the life of the store', async () => {
    const store = setUp()
    const users = collection<JsonObject>(store, 'users', { clock, seeds })
    expect(await users.get('a')).toEqual({ n: 1 })
    await users.delete('a')
    await users.clear()
    expect((await collection(store, 'users', { clock, seeds }).keys()).items).toEqual([])
  })

  test('every call waits for them', async () => {
    const view = () => collection<JsonObject>(setUp(), 'users', { clock, seeds })
    expect(await view().getMany(['b'])).toEqual([{ n: 2 }])
    expect(await view().create('a', {})).toBe(false)
    expect(await view().delete('a')).toBe(true)
    expect(await view().update('a', (value) => ({ was: value!['n']! }))).toEqual({ was: 1 })
    expect(await view().touch('a')).toBe(true)
    expect(await view().clear()).toBe(2)
    expect((await view().keys()).items).toEqual(['a', 'b'])
    expect(await Array.fromAsync(view().scan())).toHaveLength(2)
    const late = view()
    const value = { n: 9 }
    const pending = late.put('a', value)
    value.n = 10
    await pending
    expect(await late.getMany(['a', 'b'])).toEqual([{ n: 9 }, { n: 2 }])
  })

  test('go in once however many processes begin at the same time, and never over what is there', async () => {
    const store = setUp()
    await store.commit([{ type: 'put', at: { collection: 'users', key: 'b' }, value: { mine: true } }])
    let commits = 0
    const counting = forward(store, {
      commit: async (changes, options) => {
        const result = await store.commit(changes, options)
        if (result.ok) commits++
        return result
      },
    })
    const views = Array.from({ length: 10 }, () => collection(counting, 'users', { clock, seeds }))
    const answers = await Promise.all(views.map((view) => view.getMany(['a', 'b'])))
    for (const answer of answers) expect(answer).toEqual([{ n: 1 }, { mine: true }])
    expect(commits).toBe(1)
  })

  test('are tried anew when the store failed', async () => {
    const store = setUp()
    let down = true
    const flaky = forward(store, { get: (at) => (down ? Promise.reject(new Error('down')) : store.get(at)) })
    const users = collection(flaky, 'users', { clock, seeds })
    await expect(users.get('a')).rejects.toThrow('down')
    down = false
    expect(await users.get('a')).toEqual({ n: 1 })
  })

  test('come back after destroy, and live as long as the default says', async () => {
    const store = setUp()
    const users = collection<JsonObject>(store, 'users', { clock, seeds, defaultTtl: 5 })
    await users.put('c', {})
    expect(await users.destroy()).toBe(3)
    expect(await users.ttlMany(['a', 'c'])).toEqual([{ value: { n: 1 }, ttl: 5 }, undefined])
    expect(await users.destroy()).toBe(2)
  })

  test('bad ones are refused at once, and too many at first use', async () => {
    expect(() => collection(setUp(), 'users', { seeds: { a: { n: Number.NaN } } })).toThrow(refusal('INVALID'))
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, {}]))
    await expect(collection(setUp(), 'users', { seeds: many }).get('a')).rejects.toEqual(refusal('INVALID'))
  })
})
