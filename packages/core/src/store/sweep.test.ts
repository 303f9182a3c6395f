import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { memoryStore } from '../memory/memory-store.ts'
import { type FullStore, forward } from './forward.ts'
import { sweep, sweepEvery } from './sweep.ts'
import type { Store } from './types.ts'

/** A store that has `expired` records to sweep, `failures` times after it failed. */
function sweepable(expired: number, failures = 0): { store: Store; left: () => number; limits: number[] } {
  const limits: number[] = []
  let left = expired
  let failing = failures
  const full: FullStore = {
    ...forward(memoryStore(), {}),
    async sweep(limit) {
      limits.push(limit)
      if (failing-- > 0) throw new ThreadkeepError('UNAVAILABLE', 'Not now.')
      const count = Math.min(limit, left)
      left -= count
      return count
    },
  }
  return { store: full, left: () => left, limits }
}

test('sweep removes everything expired, batch by batch', async () => {
  const { store, limits } = sweepable(2_500)
  expect(await sweep(store)).toBe(2_500)
  expect(limits).toEqual([1_000, 1_000, 1_000])
  expect(await sweep(store, { batch: 7 })).toBe(0)
})

test('a store that frees expired records by itself has nothing to sweep', async () => {
  expect(await sweep(memoryStore())).toBe(0)
})

test('sweepEvery sweeps at once and then again and again, past errors, until it is closed', async () => {
  const { store, left, limits } = sweepable(10, 2)
  const onError = vi.fn()
  const sweeping = sweepEvery(store, 5, { onError })
  await vi.waitFor(() => expect(left()).toBe(0))
  expect(onError).toHaveBeenCalledTimes(2)
  await vi.waitFor(() => expect(limits.length).toBeGreaterThan(4))
  await sweeping.close()
  const count = limits.length
  await wait(30)
  expect(limits).toHaveLength(count)
  await sweeping.close()
})

test('sweepEvery ends by itself with its store', async () => {
  const calls: number[] = []
  const full: FullStore = {
    ...forward(memoryStore(), {}),
    sweep(limit) {
      calls.push(limit)
      return Promise.reject(new ThreadkeepError('CLOSED', 'Closed.'))
    },
  }
  const onError = vi.fn()
  await using _ = sweepEvery(full, 1, { onError })
  await wait(30)
  expect(calls).toHaveLength(1)
  expect(onError).not.toHaveBeenCalled()
})

test('close waits for a sweep under way', async () => {
  let done = false
  const full: FullStore = {
    ...forward(memoryStore(), {}),
    async sweep() {
      await wait(20)
      done = true
      return 0
    },
  }
  await sweepEvery(full, 1_000).close()
  expect(done).toBe(true)
})
