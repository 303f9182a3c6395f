import { forward, manualClock, memoryStore, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { a, b, cachedStore, numbers, put, turns } from '../test/cached-store.ts'
import { withCache } from './with-cache.ts'
import { withChaos } from './with-chaos.ts'

test('after a write the next read sees it; update keeps it at hand, invalidate fetches it', async () => {
  for (const [onWrite, reads] of [
    ['update', 1],
    ['invalidate', 2],
  ] as const) {
    const { store, asked } = cachedStore({ onWrite })
    await store.get([a])
    const result = await store.commit([put(a, 5)])
    expect(await store.get([a])).toEqual([{ ...a, value: { n: 5 }, version: (result as { version: string }).version }])
    expect(asked).toHaveLength(reads)
    await store.commit([put(a, 6), { type: 'delete', at: a }])
    expect(await store.get([a])).toEqual([undefined])
  }
})

test('what the caller changes after a write is not what is kept', async () => {
  const { store } = cachedStore({ onWrite: 'update' })
  const value = { n: 1 }
  const work = store.commit([{ type: 'put', at: a, value }])
  value.n = 2
  await work
  expect(numbers(await store.get([a]))).toEqual([1])
})

test('a read that began before a write is not kept, and nobody joins it after the write', async () => {
  const { store, base, hold, release, asked } = cachedStore()
  await base.commit([put(a, 1)])
  hold()
  const early = store.get([a])
  await turns()
  await store.commit([put(a, 2)])
  const late = store.get([a])
  await turns()
  release()
  expect(numbers(await early)).toEqual([1])
  expect(numbers(await late)).toEqual([2])
  expect(numbers(await store.get([a]))).toEqual([2])
  expect(asked).toEqual(['a', 'a'])
})

test('a failed check drops the copies it may have come from, so that the next attempt reads anew', async () => {
  const { store, base } = cachedStore()
  await base.commit([put(a, 1)])
  const [stale] = await store.get([a])
  await base.commit([put(a, 2)])
  const check = { type: 'check', at: a, version: stale!.version } as const
  expect(await store.commit([check, put(a, 3)])).toEqual({ ok: false, conflict: a })
  expect(numbers(await store.get([a]))).toEqual([2])
})

test('after a commit that may have happened nothing is believed, nor kept for a while', async () => {
  const clock = manualClock()
  const base = memoryStore({ clock })
  await base.commit([put(a, 1)])
  let late: (() => Promise<unknown>) | undefined
  const inner = forward(base, {
    async commit(changes) {
      late = () => base.commit(changes)
      throw new ThreadkeepError('TIMEOUT', 'slow', { maybeCommitted: true })
    },
  })
  const store = withCache({ cache: memoryStore({ clock }), clock })(inner)
  await store.get([a])
  await expect(store.commit([put(a, 2)])).rejects.toMatchObject({ maybeCommitted: true })
  expect(numbers(await store.get([a]))).toEqual([1])
  await late!()
  expect(numbers(await store.get([a]))).toEqual([2])
})

test('a read of several records never shows half of a commit', async () => {
  const { store, base, hold, release } = cachedStore()
  await base.commit([put(a, 1), put(b, 1)])
  await store.get([a])
  hold()
  const both = store.get([a, b])
  await turns()
  await base.commit([put(a, 2)])
  await store.commit([put(a, 2), put(b, 2)])
  release()
  const [first, second] = numbers(await both)
  expect(first).toBe(second)
})

test('a cache that fails costs no read and no write, and what it could not forget is not believed again', async () => {
  let down = false
  const errors: unknown[] = []
  const clock = manualClock()
  const cache = withChaos({
    faults: [() => (down ? { before: new ThreadkeepError('UNAVAILABLE', 'down') } : undefined)],
  })(memoryStore({ clock }))
  const { store, base, asked } = cachedStore({ cache, clock, onError: (error) => errors.push(error) })
  await base.commit([put(a, 1)])
  await store.get([a])
  clock.advance(1)
  down = true
  expect(numbers(await store.get([a]))).toEqual([1])
  await store.commit([put(a, 2)])
  await turns()
  down = false
  clock.advance(1)
  expect(numbers(await store.get([a]))).toEqual([2])
  expect(numbers(await store.get([a]))).toEqual([2])
  expect(asked).toHaveLength(3)
  expect(errors).toHaveLength(2)
})

test('lists and checks are the inner store’s', async () => {
  const { store, base } = cachedStore()
  await base.commit([put(a, 1)])
  const [entry] = await store.get([a])
  await base.commit([put(a, 2)])
  expect(numbers(await store.list('c', { limit: 9 }))).toEqual([2])
  expect(await store.commit([{ type: 'check', at: a, version: entry!.version }])).toEqual({ ok: false, conflict: a })
})
