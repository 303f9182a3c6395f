import { expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { forward } from './forward.ts'
import { scan } from './scan.ts'
import type { Change, Range, Store } from './types.ts'

const put = (key: string): Change => ({ type: 'put', at: { collection: 'c', key }, value: {} })
const name = (n: number) => `k${String(n).padStart(4, '0')}`

async function filled(count: number): Promise<Store> {
  const store = memoryStore()
  await store.commit(Array.from({ length: count }, (_, n) => put(name(n))))
  return store
}

const keys = async (store: Store, options?: Parameters<typeof scan>[2]) =>
  (await Array.fromAsync(scan(store, 'c', options))).map((entry) => entry.key)

test.each([0, 1, 9, 10, 11, 20, 25])('a collection of %i is walked whole, both ways', async (count) => {
  const store = await filled(count)
  const all = Array.from({ length: count }, (_, n) => name(n))
  expect(await keys(store, { pageSize: 10 })).toEqual(all)
  expect(await keys(store, { pageSize: 10, reverse: true })).toEqual(all.toReversed())
})

test('bounds and prefixes hold on every page, both ways', async () => {
  const store = await filled(100)
  const range = { after: name(5), before: name(64), prefix: 'k00', pageSize: 7 }
  const expected = Array.from({ length: 58 }, (_, n) => name(n + 6))
  expect(await keys(store, range)).toEqual(expected)
  expect(await keys(store, { ...range, reverse: true })).toEqual(expected.toReversed())
})

test('one page is in memory at a time, fetched when it is needed', async () => {
  const inner = await filled(100)
  const asked: Range[] = []
  const store = forward(inner, {
    list(collection, range, options) {
      asked.push(range)
      return inner.list(collection, range, options)
    },
  })
  const walk = scan(store, 'c', { pageSize: 10 })
  for (let n = 0; n < 15; n++) await walk.next()
  expect(asked.map(({ limit }) => limit)).toEqual([10, 10])
  await walk.return()
  expect(asked).toHaveLength(2)
})

test('writing and deleting behind and before the position disturbs nothing', async () => {
  const store = await filled(50)
  const seen: string[] = []
  for await (const { key } of scan(store, 'c', { pageSize: 5 })) {
    seen.push(key)
    await store.commit([{ type: 'delete', at: { collection: 'c', key } }, put(`a${key}`)])
  }
  expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => name(n)))
})

test('a page size out of bounds is refused', async () => {
  await expect(keys(await filled(1), { pageSize: 0 })).rejects.toMatchObject({ code: 'INVALID' })
  await expect(keys(await filled(1), { pageSize: 10_001 })).rejects.toMatchObject({ code: 'INVALID' })
})
