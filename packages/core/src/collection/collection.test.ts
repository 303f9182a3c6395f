import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { memoryStore } from '../memory/memory-store.ts'
import { manualClock } from '../store/clock.ts'
import { collectionNames } from '../store/collection-names.ts'
import { forward } from '../store/forward.ts'
import type { JsonObject } from '../store/types.ts'
import { collection } from './collection.ts'

const clock = manualClock()
const setUp = () => memoryStore({ clock })
const refusal = (code: string) => expect.objectContaining({ code })

describe('values', () => {
  test('put, get, has and delete do what they say', async () => {
    const users = collection<{ name: string }>(setUp(), 'users', { clock })
    expect(await users.get('a')).toBeUndefined()
    expect(await users.has('a')).toBe(false)
    await users.put('a', { name: 'Ada' })
    expect(await users.get('a')).toEqual({ name: 'Ada' })
    expect(await users.has('a')).toBe(true)
    expect(await users.delete('a')).toBe(true)
    expect(await users.delete('a')).toBe(false)
    expect(await users.get('a')).toBeUndefined()
  })

  test('many values come and go in one call, in the order of their keys', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock })
    await users.putMany({ a: { n: 1 }, b: { n: 2 } })
    await users.putMany(new Map([['c', { n: 3 }]]))
    await users.putMany([
      ['d', { n: 4 }],
      ['d', { n: 5 }],
    ])
    expect(await users.getMany(['d', 'none', 'a', 'd'])).toEqual([{ n: 5 }, undefined, { n: 1 }, { n: 5 }])
    expect(await users.deleteMany(['a', 'a', 'none', 'b'])).toBe(2)
    expect(await users.getMany([])).toEqual([])
    expect(await users.deleteMany([])).toBe(0)
    expect((await users.keys()).items).toEqual(['c', 'd'])
  })

  test('putMany puts all or none', async () => {
    const users = collection(setUp(), 'users', { clock })
    await expect(users.putMany({ a: {}, b: { bad: Number.NaN } })).rejects.toEqual(refusal('INVALID'))
    expect((await users.keys()).items).toEqual([])
  })

  test('values that are no objects come back as they are, and so do objects that look like their wrapping', async () => {
    const any = collection<unknown>(setUp(), 'any', { clock })
    const values = [
      [1, { a: [] }],
      [],
      'text',
      '',
      0,
      true,
      null,
      { $value: 1 },
      { $value: { $value: [] } },
      { $value: 1, b: 2 },
      {},
    ]
    for (const value of values) {
      await any.put('k', value)
      expect(await any.get('k')).toEqual(value)
    }
  })

  test('what is changed after a put or a get changes nothing stored', async () => {
    const lists = collection<number[]>(setUp(), 'lists', { clock })
    const mine = [1]
    const pending = lists.put('k', mine)
    mine.push(2)
    await pending
    ;(await lists.get('k'))!.push(3)
    expect(await lists.get('k')).toEqual([1])
  })

  test('bad keys, names and values are refused with INVALID', async () => {
    const users = collection<unknown>(setUp(), 'users', { clock })
    await expect(users.get('')).rejects.toEqual(refusal('INVALID'))
    await expect(users.put('a\n', {})).rejects.toEqual(refusal('INVALID'))
    for (const value of [undefined, new Date(), () => 1, 1n, Number.NaN]) {
      await expect(users.put('k', value)).rejects.toEqual(refusal('INVALID'))
    }
    expect(() => collection(setUp(), '')).toThrow(refusal('INVALID'))
    expect(await users.has('k')).toBe(false)
  })
})

describe('times to live', () => {
  test('are in seconds, with fractions, and end the value', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock })
    await users.put('a', { n: 1 }, { ttl: 1.5 })
    expect(await users.ttl('a')).toEqual({ value: { n: 1 }, ttl: 1.5 })
    clock.advance(1_000)
    expect(await users.ttl('a')).toEqual({ value: { n: 1 }, ttl: 0.5 })
    clock.advance(500)
    expect(await users.ttl('a')).toBeUndefined()
    expect(await users.delete('a')).toBe(false)
  })

  test('the default is used unless the call says otherwise, null being for ever', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock, defaultTtl: 60 })
    await users.put('default', { n: 1 })
    await users.put('own', { n: 2 }, { ttl: 5 })
    await users.put('ever', { n: 3 }, { ttl: null })
    await users.putMany({ many: { n: 4 } }, { ttl: 7 })
    expect(await users.ttlMany(['default', 'own', 'ever', 'many', 'none'])).toEqual([
      { value: { n: 1 }, ttl: 60 },
      { value: { n: 2 }, ttl: 5 },
      { value: { n: 3 } },
      { value: { n: 4 }, ttl: 7 },
      undefined,
    ])
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, true, false, '60', {}, 1e300])(
    '%s is refused with INVALID_TTL wherever a time to live is taken',
    async (wrong) => {
      const ttl = wrong as number
      const users = collection(setUp(), 'users', { clock })
      await users.put('a', { old: true })
      const calls = [
        () => users.put('a', {}, { ttl }),
        () => users.putMany({ a: {} }, { ttl }),
        () => users.create('b', {}, { ttl }),
        () => users.touch('a', { ttl }),
        () => users.update('a', () => ({}), { ttl }),
      ]
      for (const call of calls) await expect(call()).rejects.toEqual(refusal('INVALID_TTL'))
      expect(() => collection(setUp(), 'users', { defaultTtl: ttl })).toThrow(refusal('INVALID_TTL'))
      expect(await users.ttl('a')).toEqual({ value: { old: true } })
    },
  )

  test('the shortest life is still one', async () => {
    const users = collection(setUp(), 'users', { clock })
    await users.put('a', {}, { ttl: 1e-9 })
    expect(await users.has('a')).toBe(true)
    clock.advance(1)
    expect(await users.has('a')).toBe(false)
  })

  test('touch gives a new time to live and leaves the value alone', async () => {
    const users = collection(setUp(), 'users', { clock, defaultTtl: 10 })
    await users.put('a', { n: 1 }, { ttl: 2 })
    expect(await users.touch('a')).toBe(true)
    expect(await users.ttl('a')).toEqual({ value: { n: 1 }, ttl: 10 })
    expect(await users.touch('a', { ttl: null })).toBe(true)
    expect(await users.ttl('a')).toEqual({ value: { n: 1 } })
    expect(await users.touch('none')).toBe(false)
  })
})

describe('create and update', () => {
  test('of many creations at once exactly one is told that it created', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => users.create('a', { n })))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await users.get('a')).toEqual({ n: answers.indexOf(true) })
  })

  test('of many deletions at once exactly one is told that it deleted', async () => {
    const users = collection(setUp(), 'users', { clock })
    await users.put('a', {})
    const answers = await Promise.all(Array.from({ length: 20 }, () => users.delete('a')))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  test('update loses nothing that others write, and answers what it put', async () => {
    const counters = collection<{ n: number }>(setUp(), 'counters', { clock })
    const add = () => counters.update('a', (current) => ({ n: (current?.n ?? 0) + 1 }))
    const answers = await Promise.all(Array.from({ length: 40 }, add))
    expect(await counters.get('a')).toEqual({ n: 40 })
    expect(answers.map((answer) => answer?.n).toSorted((a, b) => a! - b!)).toEqual(answers.map((_, n) => n + 1))
  })

  test('update keeps the time left unless it is told otherwise', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock, defaultTtl: 60 })
    await users.put('a', { n: 1 }, { ttl: 10 })
    clock.advance(4_000)
    await users.update('a', () => ({ n: 2 }))
    expect(await users.ttl('a')).toEqual({ value: { n: 2 }, ttl: 6 })
    await users.update('a', () => ({ n: 3 }), { ttl: 30 })
    expect(await users.ttl('a')).toEqual({ value: { n: 3 }, ttl: 30 })
    await users.update('new', () => ({ n: 4 }))
    expect(await users.ttl('new')).toEqual({ value: { n: 4 }, ttl: 60 })
  })

  test('an update that answers undefined leaves all as it is, and one that throws too', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock })
    await users.put('a', { n: 1 })
    expect(await users.update('a', () => undefined)).toEqual({ n: 1 })
    expect(await users.update('none', () => undefined)).toBeUndefined()
    await expect(users.update('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await users.get('a')).toEqual({ n: 1 })
  })

  test('an update that never gets through gives up with CONFLICT', async () => {
    const store = forward(setUp(), {
      commit: async (changes) => ({ ok: false, conflict: changes[0]!.at }),
    })
    const users = collection(store, 'users', { clock })
    await expect(users.update('a', () => ({}))).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
  })

  test('an update stops when its caller gives up', async () => {
    const controller = new AbortController()
    const store = forward(setUp(), {
      commit: async (changes) => {
        controller.abort()
        return { ok: false, conflict: changes[0]!.at }
      },
    })
    const users = collection(store, 'users', { clock })
    await expect(users.update('a', () => ({}), { signal: controller.signal })).rejects.toEqual(refusal('ABORTED'))
  })
})

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

describe('schemas', () => {
  const schema = z.object({ name: z.string().trim(), age: z.number().int().default(7) })

  test('check and shape what is put, and type both sides', async () => {
    const store = setUp()
    const users = collection(store, 'users', { clock, schema })
    expectTypeOf(users.get).returns.resolves.toEqualTypeOf<{ name: string; age: number } | undefined>()
    expectTypeOf(users.put).parameter(1).toEqualTypeOf<{ name: string; age?: number | undefined }>()
    await users.put('a', { name: ' Ada ' })
    expect(await users.get('a')).toEqual({ name: 'Ada', age: 7 })
    expect((await store.get([{ collection: 'users', key: 'a' }]))[0]?.value).toEqual({ name: 'Ada', age: 7 })
  })

  test('refuse a wrong value with INVALID and the issues, writing nothing', async () => {
    const users = collection(setUp(), 'users', { clock, schema })
    const wrong = { name: 'Ada', age: 'old' } as never
    const refused = expect.objectContaining({
      code: 'INVALID',
      message: expect.stringContaining('age'),
      details: expect.objectContaining({
        collection: 'users',
        key: 'a',
        issues: [expect.objectContaining({ path: 'age' })],
      }),
    })
    await expect(users.put('a', wrong)).rejects.toEqual(refused)
    await expect(users.putMany({ b: { name: 'Bob' }, a: wrong })).rejects.toEqual(refused)
    await expect(users.create('a', wrong)).rejects.toEqual(refused)
    await expect(users.update('a', () => wrong)).rejects.toEqual(refused)
    expect((await users.keys()).items).toEqual([])
  })

  test('find a record that does not fit CORRUPT, naming it, but never its content', async () => {
    const store = setUp()
    await collection(store, 'users').put('bad', { name: 'secret', age: 'very old' })
    const users = collection(store, 'users', { clock, schema })
    const corrupt = expect.objectContaining({
      code: 'CORRUPT',
      message: expect.stringMatching(/bad of users.*age/),
      details: { collection: 'users', key: 'bad', issues: [{ message: expect.any(String), path: 'age' }] },
    })
    await expect(users.get('bad')).rejects.toEqual(corrupt)
    await expect(users.getMany(['bad'])).rejects.toEqual(corrupt)
    await expect(users.ttl('bad')).rejects.toEqual(corrupt)
    await expect(users.page()).rejects.toEqual(corrupt)
    await expect(Array.fromAsync(users.scan())).rejects.toEqual(corrupt)
    expect(await users.has('bad')).toBe(true)
    expect((await users.keys()).items).toEqual(['bad'])
    expect(await users.delete('bad')).toBe(true)
    await users.get('bad').catch((error) => expect(JSON.stringify(error)).not.toContain('secret'))
  })

  test('may be of lists, of single values, and asynchronous', async () => {
    const lists = collection(setUp(), 'lists', { clock, schema: z.array(schema) })
    await lists.put('a', [{ name: 'Ada' }, { name: 'Bob', age: 3 }])
    expect(await lists.get('a')).toEqual([
      { name: 'Ada', age: 7 },
      { name: 'Bob', age: 3 },
    ])
    const slow = z.string().refine(async (text) => text !== 'no')
    const texts = collection(setUp(), 'texts', { clock, schema: slow, seeds: { seed: 'yes' } })
    await texts.put('a', 'fine')
    expect(await texts.getMany(['a', 'seed'])).toEqual(['fine', 'yes'])
    await expect(texts.put('b', 'no')).rejects.toEqual(refusal('INVALID'))
    const wrong = collection(setUp(), 'texts', { clock, schema: slow, seeds: { seed: 'no' } })
    await expect(wrong.get('a')).rejects.toEqual(refusal('INVALID'))
  })
})

describe('raiseOnMissing', () => {
  test('answers NOT_FOUND with the missing keys, and its types know no undefined', async () => {
    const users = collection<{ n: number }>(setUp(), 'users', { clock, raiseOnMissing: true })
    expectTypeOf(users.get).returns.resolves.toEqualTypeOf<{ n: number }>()
    expectTypeOf(users.getMany).returns.resolves.toEqualTypeOf<{ n: number }[]>()
    await users.put('a', { n: 1 })
    expect(await users.get('a')).toEqual({ n: 1 })
    expect(await users.update('a', (current) => ({ n: current.n + 1 }))).toEqual({ n: 2 })
    const missing = expect.objectContaining({ code: 'NOT_FOUND', details: { collection: 'users', keys: ['x'] } })
    await expect(users.get('x')).rejects.toEqual(missing)
    await expect(users.getMany(['a', 'x'])).rejects.toEqual(missing)
    await expect(users.ttl('x')).rejects.toEqual(missing)
    await expect(users.ttlMany(['a', 'x'])).rejects.toEqual(missing)
    await expect(users.update('x', () => ({ n: 1 }))).rejects.toEqual(missing)
    expect(await users.has('x')).toBe(false)
    expect(await users.delete('x')).toBe(false)
  })

  test('goes together with a schema', async () => {
    const users = collection(setUp(), 'users', { clock, raiseOnMissing: true, schema: z.object({ n: z.number() }) })
    expectTypeOf(users.get).returns.resolves.toEqualTypeOf<{ n: number }>()
    await expect(users.get('x')).rejects.toEqual(refusal('NOT_FOUND'))
  })
})
