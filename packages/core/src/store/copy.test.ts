import { describe, expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { checksum } from './checksum.ts'
import { manualClock } from './clock.ts'
import { type CopyProgress, copy } from './copy.ts'
import { forward } from './forward.ts'
import { scan } from './scan.ts'
import type { Change, JsonObject, Store } from './types.ts'

const clock = manualClock()
const put = (collection: string, key: string, value: JsonObject, expiresAt?: number): Change => ({
  ...{ type: 'put', at: { collection, key }, value },
  ...(expiresAt !== undefined && { expiresAt }),
})

async function filled(): Promise<Store> {
  const store = memoryStore({ clock })
  await store.commit(Array.from({ length: 1_050 }, (_, n) => put('many', `k${n}`, { n, text: '😀'.repeat(n % 9) })))
  await store.commit([
    put('few', 'mortal', { n: 1 }, clock.now() + 1_000),
    put('few', 'plain', { b: 1, a: [{ d: null, c: '\u0000' }] }),
    put('gone', 'k', {}, clock.now() - 1),
    put('😀', 'k', {}),
  ])
  return store
}

const contents = async (store: Store, collection: string) =>
  (await Array.fromAsync(scan(store, collection))).map(({ key, value, expiresAt }) => ({ key, value, expiresAt }))

describe('copy', () => {
  test('brings over every record of every collection, expiries included', async () => {
    const [from, to] = [await filled(), memoryStore({ clock })]
    const report = await copy(from, to)
    expect(report).toMatchObject({ records: 1_053, written: 1_053 })
    expect(report.collections.map(({ collection, records }) => [collection, records])).toEqual([
      ['few', 2],
      ['many', 1_050],
      ['😀', 1],
    ])
    for (const collection of ['few', 'many', '😀'])
      expect(await contents(to, collection)).toEqual(await contents(from, collection))
    expect(await to.collections({ limit: 9 })).toEqual(['few', 'many', '😀'])
  })

  test('names a checksum for each collection that both sides agree on', async () => {
    const [from, to] = [await filled(), memoryStore({ clock })]
    for (const { collection, records, sha256 } of (await copy(from, to)).collections) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(await checksum(to, collection)).toEqual({ records, sha256 })
    }
  })

  test('takes named collections alone, also from a store that cannot name its own', async () => {
    const [from, to] = [await filled(), memoryStore({ clock })]
    const { name, get, list, commit, close } = from
    const bare = { name, get, list, commit, close, [Symbol.asyncDispose]: close }
    const report = await copy(bare, to, { collections: ['few', 'nowhere'] })
    expect(report.collections.map(({ collection, records }) => [collection, records])).toEqual([
      ['few', 2],
      ['nowhere', 0],
    ])
    expect(await to.collections({ limit: 9 })).toEqual(['few'])
    await expect(copy(bare, to)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  test('tells how far it is, and an interrupted copy goes on without writing anything twice', async () => {
    const [from, target] = [await filled(), memoryStore({ clock })]
    const told: CopyProgress[] = []
    const stopped = copy(from, target, {
      onProgress(progress) {
        told.push(progress)
        if (progress.total >= 602) throw new Error('the machine stopped')
      },
    })
    await expect(stopped).rejects.toThrow('the machine stopped')
    expect(told.map(({ collection, records, written, total }) => [collection, records, written, total])).toEqual([
      ['few', 2, 2, 2],
      ['many', 200, 200, 202],
      ['many', 400, 400, 402],
      ['many', 600, 600, 602],
    ])
    const whole = await copy(from, memoryStore({ clock }))
    const resumed = await copy(from, target)
    expect(resumed.written).toBe(1_053 - 602)
    expect(resumed.collections.map(({ sha256 }) => sha256)).toEqual(whole.collections.map(({ sha256 }) => sha256))
    expect((await copy(from, target)).written).toBe(0)
  })

  test('writes what differs in value or expiry', async () => {
    const [from, to] = [await filled(), memoryStore({ clock })]
    await copy(from, to)
    await to.commit([put('few', 'mortal', { n: 1 }), put('few', 'plain', { b: 2 })])
    expect((await copy(from, to)).written).toBe(2)
    expect(await contents(to, 'few')).toEqual(await contents(from, 'few'))
  })

  test('rejects with CONFLICT when the target holds more, unless it is told not to verify', async () => {
    const [from, to] = [await filled(), memoryStore({ clock })]
    await to.commit([put('few', 'extra', {})])
    await expect(copy(from, to)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { collection: 'few', source: { records: 2 }, target: { records: 3 } },
    })
    expect((await copy(from, to, { verify: false })).records).toBe(1_053)
  })

  test('never commits much more than a megabyte at once', async () => {
    const [from, target] = [memoryStore({ clock }), memoryStore({ clock })]
    for (let n = 0; n < 10; n++) await from.commit([put('big', `k${n}`, { text: 'x'.repeat(400_000) })])
    const sizes: number[] = []
    const to = forward(target, {
      commit(changes) {
        sizes.push(changes.length)
        return target.commit(changes)
      },
    })
    await copy(from, to)
    expect(sizes).toEqual([3, 3, 3, 1])
  })

  test('stops when it is told to', async () => {
    await expect(copy(await filled(), memoryStore({ clock }), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })
})

test('a checksum knows content, not the order of names or the version', async () => {
  const sumOf = async (...changes: Change[]) => {
    const store = memoryStore({ clock })
    await store.commit(changes)
    return checksum(store, 'c')
  }
  const one = await sumOf(put('c', 'k', { a: 1, b: { x: 1, y: [1, { p: 1, q: 2 }] } }))
  expect(await sumOf(put('c', 'k', { b: { y: [1, { q: 2, p: 1 }], x: 1 }, a: 1 }))).toEqual(one)
  const others = [
    await sumOf(put('c', 'k', { a: 1, b: { x: 1, y: [{ p: 1, q: 2 }, 1] } })),
    await sumOf(put('c', 'j', { a: 1, b: { x: 1, y: [1, { p: 1, q: 2 }] } })),
    await sumOf(put('c', 'k', { a: 1, b: { x: 1, y: [1, { p: 1, q: 2 }] } }, clock.now() + 1)),
    await sumOf(),
  ]
  expect(new Set([one, ...others].map(({ sha256 }) => sha256)).size).toBe(5)
})
