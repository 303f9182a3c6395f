import type { Change, Store } from '@threadkeep/core'
import { isThreadkeepError, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { a, b, flakyStore, outcome, put } from '../test/flaky-store.ts'
import { failAfter, failBefore } from './chaos/faults.ts'
import { seededRandom } from './chaos/seeded-random.ts'
import { withChaos } from './with-chaos.ts'
import { withRetry } from './with-retry.ts'

test('a commit that may have happened is not tried again without a check that would notice', async () => {
  const { store: source } = flakyStore([])
  await source.commit([put()])
  const { version } = (await source.get([a]))[0]!
  const blind: readonly (readonly Change[])[] = [
    [put()],
    [{ type: 'delete', at: a }],
    // The check would still hold after the commit, so it would notice nothing.
    [{ type: 'check', at: b, version: null }, put()],
    [{ type: 'check', at: a, version: null }, { type: 'delete', at: a }, put(b)],
    [{ type: 'check', at: a, version: null }, { ...put(), expiresAt: 1 } as Change],
    [{ type: 'check', at: b, version }, put()],
  ]
  for (const changes of blind) {
    const { store, calls } = flakyStore([failBefore({ unclear: true })])
    expect(await outcome(store.commit(changes))).toBe('UNAVAILABLE maybe retryable')
    expect(calls()).toBe(1)
  }
})

test('a commit that may have happened, but had not, is tried again where a check would notice', async () => {
  const { store, base, calls } = flakyStore([failBefore({ nth: 3, verbs: ['commit'], unclear: true })])
  await store.commit([{ type: 'check', at: a, version: null }, put(a, 1)])
  const [first] = await store.get([a])
  const { version } = first!
  await store.commit([put(b, 1)])
  const result = await store.commit([{ type: 'check', at: a, version }, put(a, 2), put(b, 2)])
  expect(result.ok).toBe(true)
  expect(calls()).toBe(5)
  expect((await base.get([a, b])).map((entry) => entry?.value)).toEqual([{ n: 2 }, { n: 2 }])
})

test('a commit that had happened is never reported as a plain conflict, nor done twice', async () => {
  const { store, base } = flakyStore([failAfter({ verbs: ['commit'], nth: 2 })])
  await store.commit([put(a, 1)])
  const { version } = (await base.get([a]))[0]!
  const work = store.commit([{ type: 'check', at: a, version }, put(a, 2)])
  const error = await work.catch((failure) => failure)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true, retryable: false })
  expect(error.cause).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  expect((await base.get([a]))[0]?.value).toEqual({ n: 2 })
})

test('a creation whose answer was lost is unclear, not a conflict', async () => {
  const { store, base } = flakyStore([failAfter({ verbs: ['commit'], nth: 1 })])
  const create = store.commit([{ type: 'check', at: a, version: null }, put(a, 1)])
  expect(await outcome(create)).toBe('UNAVAILABLE maybe')
  expect((await base.get([a]))[0]?.value).toEqual({ n: 1 })
})

test('a conflict after an unclear attempt is a plain one when a record proves that nothing had happened', async () => {
  const base = memoryStore()
  await base.commit([put(a, 1), put(b, 1)])
  const [first, second] = await base.get([a, b])
  const lost = failBefore({ nth: 1, verbs: ['commit'], unclear: true })
  const store = stack(base, [withChaos({ faults: [lost] }), withRetry({ sleep: () => base.commit([put(b, 99)]) })])
  const result = await store.commit([
    { type: 'check', at: a, version: first!.version },
    { type: 'check', at: b, version: second!.version },
    put(a, 2),
  ])
  expect(result).toEqual({ ok: false, conflict: b })
  expect((await base.get([a]))[0]?.value).toEqual({ n: 1 })
})

test('once an attempt was unclear, no later failure claims that nothing happened', async () => {
  const base = memoryStore()
  await base.commit([put(a, 1)])
  const { version } = (await base.get([a]))[0]!
  const guarded = [{ type: 'check', at: a, version } as const, put(a, 2)]
  for (const second of ['UNAVAILABLE', 'CLOSED', 'STORAGE_FULL'] as const) {
    const store = stack(base, [
      withChaos({
        faults: [
          failBefore({ nth: 1, error: new ThreadkeepError('TIMEOUT', 'slow', { maybeCommitted: true }) }),
          failBefore({ error: new ThreadkeepError(second, 'later') }),
        ],
      }),
      withRetry({ sleep: async () => {} }),
    ])
    expect(await outcome(store.commit(guarded))).toBe(`${second} maybe`)
  }
  const aborting = stack(base, [withChaos({ faults: [failBefore({ unclear: true })] }), withRetry()])
  const controller = new AbortController()
  const work = outcome(aborting.commit(guarded, { signal: controller.signal }))
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect(await work).toBe('ABORTED maybe')
})

test('counters stay exact under failures of every kind, as long as unclear outcomes are read back', async () => {
  const random = seededRandom(11)
  const base = memoryStore()
  const flaky = withChaos({
    seed: 5,
    faults: [failBefore({ rate: 0.1 }), failAfter({ rate: 0.1 }), failBefore({ rate: 0.05, unclear: true })],
  })
  const store = stack(base, [flaky, withRetry({ sleep: async () => {}, random, budget: { size: 1e6, refill: 1 } })])
  const counter = { collection: 'c', key: 'counter' }
  let done = 0
  const increment = async (worker: number, step: number) => {
    const mark = { collection: 'marks', key: `${worker}-${step}` }
    for (;;) {
      try {
        const [entry, marked] = await base.get([counter, mark])
        if (marked) break
        const n = (entry?.value['n'] as number | undefined) ?? 0
        const check = { type: 'check', at: counter, version: entry?.version ?? null } as const
        const once = { type: 'check', at: mark, version: null } as const
        const result = await store.commit([check, once, put(counter, n + 1), put(mark)])
        if (result.ok) break
      } catch (error) {
        if (!isThreadkeepError(error)) throw error
      }
    }
    done++
  }
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let step = 0; step < 50; step++) await increment(worker, step)
    }),
  )
  expect(done).toBe(400)
  expect((await base.get([counter]))[0]?.value).toEqual({ n: 400 })
})

test('without reading back, an increment that was answered as done or as a conflict is exactly that', async () => {
  const base: Store = memoryStore()
  const store = stack(base, [
    withChaos({
      seed: 3,
      faults: [failBefore({ rate: 0.1 }), failAfter({ rate: 0.2 }), failBefore({ rate: 0.1, unclear: true })],
    }),
    withRetry({ sleep: async () => {}, budget: { size: 1e6, refill: 1 } }),
  ])
  let certain = 0
  let unknown = 0
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let step = 0; step < 100; step++) {
        const [entry] = await base.get([a])
        const n = (entry?.value['n'] as number | undefined) ?? 0
        try {
          const result = await store.commit([{ type: 'check', at: a, version: entry?.version ?? null }, put(a, n + 1)])
          if (result.ok) certain++
        } catch (error) {
          if ((error as ThreadkeepError).maybeCommitted) unknown++
        }
      }
    }),
  )
  const total = (await base.get([a]))[0]?.value['n'] as number
  expect(certain).toBeGreaterThan(100)
  expect(total).toBeGreaterThanOrEqual(certain)
  expect(total).toBeLessThanOrEqual(certain + unknown)
})
