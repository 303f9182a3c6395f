import { expect, test } from 'vitest'
import { memoryStore } from '../../memory/memory-store.ts'
import { forward } from '../../store/forward.ts'
import { maxBatch } from '../../store/keys.ts'
import type { Address } from '../../store/types.ts'
import { coalesceReads } from './coalesce-reads.ts'

const one = (n: number): Address => ({ collection: 'c', key: String(n) })

/** A store of numbered records that tells how many each `get` asked for. */
async function watched(count: number) {
  const inner = memoryStore()
  for (let from = 0; from < count; from += 500) {
    const some = Array.from({ length: Math.min(500, count - from) }, (_, i) => from + i)
    await inner.commit(some.map((n) => ({ type: 'put', at: one(n), value: { n } })))
  }
  const sizes: number[] = []
  const store = coalesceReads(
    forward(inner, {
      get(at, options) {
        sizes.push(at.length)
        return inner.get(at, options)
      },
    }),
  )
  return { store, sizes }
}

test('reads of one turn are one call, and each gets its own answers', async () => {
  const { store, sizes } = await watched(4)
  const [a, b] = await Promise.all([store.get([one(0), one(9)]), store.get([one(3)])])
  expect([...a, ...b].map((entry) => entry?.value)).toEqual([{ n: 0 }, undefined, { n: 3 }])
  expect(sizes).toEqual([3])
})

test('more than one call takes are split, in order', async () => {
  const count = maxBatch + 5
  const { store, sizes } = await watched(count)
  const halves = [0, 1].map((half) => Array.from({ length: Math.ceil(count / 2) }, (_, i) => one(2 * i + half)))
  const [even, odd] = await Promise.all(halves.map((at) => store.get(at)))
  expect(sizes.toSorted((x, y) => y - x)[0]).toBeLessThanOrEqual(maxBatch)
  expect(sizes.length).toBe(2)
  expect(even!.map((entry) => entry?.value['n'])).toEqual(halves[0]!.map(({ key }) => Number(key)))
  expect(odd![0]?.value).toEqual({ n: 1 })
})

test('a read with a signal goes alone: giving it up gives up no other', async () => {
  const { store, sizes } = await watched(2)
  const given = store.get([one(0)], { signal: AbortSignal.abort() })
  const other = store.get([one(1)])
  await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
  expect((await other)[0]?.value).toEqual({ n: 1 })
  expect(sizes).toEqual([1, 1])
})
