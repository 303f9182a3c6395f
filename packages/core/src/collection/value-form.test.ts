import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { memoryStore } from '../memory/memory-store.ts'
import { manualClock } from '../store/clock.ts'
import { collection } from './collection.ts'

const clock = manualClock()
const setUp = () => memoryStore({ clock })
const refusal = (code: string) => expect.objectContaining({ code })

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
      message: expect.stringMatching(/bad in users.*age/),
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

  test('may make values that are not JSON, where encode makes of them what the schema reads back', async () => {
    const store = setUp()
    const event = z.object({ title: z.string(), at: z.coerce.date() })
    const encode = ({ title, at }: z.infer<typeof event>) => ({ title, at: at.toISOString() })
    const at = new Date('2026-01-02T03:04:05.678Z')
    const options = { clock, schema: event, encode, seeds: { seed: { title: 'Seed', at } } }
    const events = collection(store, 'events', options)
    expectTypeOf(events.get).returns.resolves.toEqualTypeOf<{ title: string; at: Date } | undefined>()
    const value = { title: 'Party', at: new Date(at) }
    const writing = Promise.all([events.put('a', value), events.putMany({ b: value }), events.create('c', value)])
    value.at.setTime(0)
    await writing
    const party = { title: 'Party', at }
    expect(await events.getMany(['a', 'b', 'c', 'seed'])).toEqual([party, party, party, { title: 'Seed', at }])
    const later = (event?: { title: string; at: Date }) => event && { ...event, at: new Date(event.at.getTime() + 1) }
    expect(await events.update('a', later)).toEqual({ title: 'Party', at: new Date(at.getTime() + 1) })
    const [entry] = await store.get([{ collection: 'events', key: 'a' }])
    expect(entry?.value).toEqual({ title: 'Party', at: '2026-01-02T03:04:05.679Z' })
    expect((await events.page({ prefix: 'b' })).items).toEqual([{ key: 'b', value: party }])
  })

  test('refuse with INVALID what encode makes and they do not read back', async () => {
    const at = new Date()
    const strict = z.object({ at: z.date() })
    const unread = collection(setUp(), 'events', { clock, schema: strict, encode: (value) => JSON.stringify(value) })
    await expect(unread.put('a', { at })).rejects.toEqual(refusal('INVALID'))
    const raw = collection(setUp(), 'events', { clock, schema: strict, encode: (value) => value })
    await expect(raw.put('a', { at })).rejects.toEqual(refusal('INVALID'))
    expect((await unread.keys()).items).toEqual([])
    expect(() => collection(setUp(), 'events', { encode: (value) => value })).toThrow(refusal('MISCONFIGURED'))
  })
})
