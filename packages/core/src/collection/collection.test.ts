import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { memoryStore } from '../memory/memory-store.ts'
import { manualClock } from '../store/clock.ts'
import { forward } from '../store/forward.ts'
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

  test('deleteMany takes 5,000 keys, and says so where there are more, whatever of them is there', async () => {
    const users = collection(setUp(), 'users', { clock })
    const keys = Array.from({ length: 5_001 }, (_, index) => `user-${index}`)
    await users.putMany(keys.map((key) => [key, {}] as const))
    await expect(users.deleteMany(keys)).rejects.toEqual(refusal('INVALID'))
    await expect(users.deleteMany(keys.map((key) => `${key}-gone`))).rejects.toEqual(refusal('INVALID'))
    expect(await users.deleteMany(keys.slice(1))).toBe(5_000)
    expect((await users.keys()).items).toEqual(['user-0'])
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
