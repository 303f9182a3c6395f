import type { Change } from '@threadkeep/core'
import { memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { a, flakyStore, outcome, put, timeout } from '../test/flaky-store.ts'
import type { Fault } from './chaos/faults.ts'
import { failBefore } from './chaos/faults.ts'
import { withChaos } from './with-chaos.ts'
import { withRetry } from './with-retry.ts'

conform('retry', { wrap: (clock) => withRetry({ clock }) })

test('what fails for a reason that may pass is tried again until it succeeds', async () => {
  for (const verb of ['get', 'list', 'commit'] as const) {
    const { store, calls } = flakyStore([failBefore({ nth: 1 }), failBefore({ nth: 1, error: timeout() })])
    const call = {
      get: () => store.get([a]),
      list: () => store.list('c', { limit: 1 }),
      commit: () => store.commit([put()]),
    }
    await call[verb]()
    expect(calls()).toBe(2)
  }
})

test('the delay doubles from baseDelay to maxDelay, shortened at random', async () => {
  const dead = [failBefore()]
  const full = flakyStore(dead, { maxRetries: 6, baseDelay: 0.1, maxDelay: 1 })
  expect(await outcome(full.store.get([a]))).toBe('UNAVAILABLE retryable')
  expect(full.waits).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(full.calls()).toBe(7)
  const jittered = flakyStore(dead, { random: () => 0.25 })
  await outcome(jittered.store.commit([put()]))
  expect(jittered.waits).toEqual([25, 50, 100])
})

test('what no retry can cure is not tried again', async () => {
  for (const code of ['INVALID', 'STORAGE_FULL', 'CORRUPT', 'CLOSED', 'ABORTED'] as const) {
    const { store, calls } = flakyStore([failBefore({ error: new ThreadkeepError(code, 'no') })])
    expect(await outcome(store.commit([put()]))).toBe(code)
    expect(await outcome(store.get([a]))).toBe(code)
    expect(calls()).toBe(2)
  }
  const bug = flakyStore([failBefore({ error: new TypeError('bug') })])
  await expect(bug.store.get([a])).rejects.toThrow('bug')
  expect(bug.calls()).toBe(1)
})

test('rate limiting is waited out', async () => {
  const { store, calls } = flakyStore([failBefore({ nth: 1, error: new ThreadkeepError('RATE_LIMITED', 'slow down') })])
  await store.get([a])
  expect(calls()).toBe(2)
})

test('a conflict is an answer, never tried again', async () => {
  const { store, base, calls } = flakyStore([])
  await base.commit([put()])
  expect(await store.commit([{ type: 'check', at: a, version: null }, put()])).toEqual({ ok: false, conflict: a })
  expect(calls()).toBe(1)
})

test('waiting for a retry ends at once when the caller gives up', async () => {
  const store = stack(memoryStore(), [
    withChaos({ faults: [failBefore()] }),
    withRetry({ baseDelay: 1000, maxDelay: 1000, random: () => 1 }),
  ])
  const controller = new AbortController()
  const { signal } = controller
  const calls = [store.get([a], { signal }), store.commit([put()], { signal })].map(outcome)
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect(await Promise.all(calls)).toEqual(['ABORTED', 'ABORTED'])
})

test('all calls together retry no more than the budget, and successes earn it back', async () => {
  let down = true
  const fault: Fault = () => (down ? { before: timeout() } : undefined)
  const { store, calls } = flakyStore([fault], { budget: { size: 10, refill: 0.5 } })
  for (let i = 0; i < 20; i++) await outcome(store.get([a]))
  expect(calls()).toBe(20 + 10)
  down = false
  for (let i = 0; i < 4; i++) await store.get([a])
  down = true
  for (let i = 0; i < 5; i++) await outcome(store.get([a]))
  expect(calls()).toBe(30 + 4 + 5 + 2)
})

test('what the caller changes after the call changes no retry', async () => {
  const { store, base } = flakyStore([failBefore({ rate: 1, nth: 1 })])
  const at = { ...a }
  const value = { n: 1 }
  const changes: Change[] = [{ type: 'put', at, value }]
  const work = store.commit(changes)
  value.n = 2
  at.key = 'other'
  changes.length = 0
  await work
  expect((await base.list('c', { limit: 9 })).map(({ key, value }) => [key, value])).toEqual([['a', { n: 1 }]])
})

test('options that make no sense are refused', () => {
  for (const options of [
    { maxRetries: -1 },
    { maxRetries: 1.5 },
    { baseDelay: -1 },
    { maxDelay: Number.NaN },
    { budget: { size: -1, refill: 0 } },
  ]) {
    expect(() => withRetry(options)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})

test('retries can be sized out: with none, every failure surfaces', async () => {
  const { store, calls } = flakyStore([failBefore()], { maxRetries: 0 })
  expect(await outcome(store.get([a]))).toBe('UNAVAILABLE retryable')
  expect(calls()).toBe(1)
})

test('commits spend of the same budget', async () => {
  const { store, calls } = flakyStore([failBefore()], { budget: { size: 4, refill: 0 } })
  for (let i = 0; i < 5; i++) expect(await outcome(store.commit([put()]))).toBe('UNAVAILABLE retryable')
  expect(calls()).toBe(5 + 4)
})
