import { describe, expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { manualClock } from '../store/clock.ts'
import { collectionNames } from '../store/collection-names.ts'
import { collection } from './collection.ts'

const clock = manualClock()
const setUp = () => memoryStore({ clock })
const refusal = (code: string) => expect.objectContaining({ code })

describe('walking', () => {
  const letters = ['a', 'b', 'c', 'd', 'e']
  const filled = async () => {
    const store = setUp()
    const users = collection<{ n: number }>(store, 'users', { clock })
    await users.putMany(
      letters.map((key, n) => [key, { n }] as const),
      { ttl: 9 },
    )
    return { store, users }
  }

  test.each([false, true])('pages of keys and values join to the whole (reverse: %s)', async (reverse) => {
    const { users } = await filled()
    for (const limit of [1, 2, 4, 5, 6]) {
      const keys: string[] = []
      const values: unknown[] = []
      let pages = 0
      for (let cursor: string | undefined; ; pages++) {
        const position = { limit, reverse, ...(cursor !== undefined && { cursor }) }
        const page = await users.keys(position)
        keys.push(...page.items)
        values.push(...(await users.page(position)).items)
        cursor = page.next
        if (cursor === undefined) break
      }
      const expected = reverse ? letters.toReversed() : letters
      expect(keys).toEqual(expected)
      expect(values).toEqual(expected.map((key) => ({ key, value: { n: letters.indexOf(key) }, ttl: 9 })))
      expect(pages + 1).toBe(Math.ceil(5 / limit))
    }
  })

  test('a prefix and the default limit narrow a walk, and a bad limit is refused', async () => {
    const { users } = await filled()
    await users.putMany(Array.from({ length: 150 }, (_, n) => [`z${n}`, { n }] as const))
    expect((await users.keys({ prefix: 'z' })).items).toHaveLength(100)
    expect((await users.keys({ prefix: 'c' })).items).toEqual(['c'])
    for (const limit of [0, 10_001, 1.5]) await expect(users.keys({ limit })).rejects.toEqual(refusal('INVALID'))
    expect((await users.keys({ limit: 10_000 })).items).toHaveLength(155)
  })

  test('scan answers every value in order', async () => {
    const { users } = await filled()
    const seen = await Array.fromAsync(users.scan({ prefix: '', reverse: true }))
    expect(seen.map((item) => item.key)).toEqual(letters.toReversed())
    expect(seen[0]).toEqual({ key: 'e', value: { n: 4 }, ttl: 9 })
  })

  test('clear deletes everything, or all keys with a prefix, and nothing of other collections', async () => {
    const { store, users } = await filled()
    await collection(store, 'others').put('a', {})
    await users.putMany(Array.from({ length: 2_500 }, (_, n) => [`z${n}`, { n }] as const))
    expect(await users.clear({ prefix: 'z' })).toBe(2_500)
    expect(await users.clear()).toBe(5)
    expect(await users.clear()).toBe(0)
    expect(await collection(store, 'others').has('a')).toBe(true)
  })

  test('collections are enumerated where the store can, else refused with UNSUPPORTED', async () => {
    const { store } = await filled()
    for (let n = 0; n < 1_100; n++) await collection(store, `room:${n}`).put('k', {})
    expect(await Array.fromAsync(collectionNames(store))).toHaveLength(1_101)
    expect(await Array.fromAsync(collectionNames(store, { prefix: 'u' }))).toEqual(['users'])
    const { name, get, list, commit, close } = store
    const bare = { name, get, list, commit, close, [Symbol.asyncDispose]: close }
    await expect(Array.fromAsync(collectionNames(bare))).rejects.toEqual(refusal('UNSUPPORTED'))
  })
})
