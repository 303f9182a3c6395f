import type { Change, Store } from '@threadkeep/core'
import { forward, isThreadkeepError, manualClock, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import type { Fault } from './chaos/faults.ts'
import { failAfter, failBefore } from './chaos/faults.ts'
import { seededRandom } from './chaos/seeded-random.ts'
import { withChaos } from './with-chaos.ts'
import type { RetryOptions } from './with-retry.ts'
import { withRetry } from './with-retry.ts'

conform('retry', { wrap: (clock) => withRetry({ clock }) })

const a = { collection: 'c', key: 'a' }
const b = { collection: 'c', key: 'b' }
const put = (at = a, n = 1): Change => ({ type: 'put', at, value: { n } })

function setUp(faults: readonly Fault[], options: RetryOptions = {}) {
  const base = memoryStore()
  const waits: number[] = []
  let calls = 0
  const count: Fault = () => {
    calls++
    return undefined
  }
  const store = stack(base, [
    withChaos({ faults: [count, ...faults] }),
    withRetry({ sleep: async (millis) => waits.push(millis), random: () => 1, ...options }),
  ])
  return { base, store, waits, calls: () => calls }
}

async function outcome(work: Promise<unknown>) {
  try {
    return await work
  } catch (error) {
    if (!isThreadkeepError(error)) throw error
    return `${error.code}${error.maybeCommitted ? ' maybe' : ''}${error.retryable ? ' retryable' : ''}`
  }
}

test('what fails for a reason that may pass is tried again until it succeeds', async () => {
  for (const verb of ['get', 'list', 'commit'] as const) {
    const { store, calls } = setUp([failBefore({ nth: 1 }), failBefore({ nth: 1, error: timeout() })])
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
  const full = setUp(dead, { maxRetries: 6, baseDelay: 0.1, maxDelay: 1 })
  expect(await outcome(full.store.get([a]))).toBe('UNAVAILABLE retryable')
  expect(full.waits).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(full.calls()).toBe(7)
  const jittered = setUp(dead, { random: () => 0.25 })
  await outcome(jittered.store.commit([put()]))
  expect(jittered.waits).toEqual([25, 50, 100])
})

test('what no retry can cure is not tried again', async () => {
  for (const code of ['INVALID', 'STORAGE_FULL', 'CORRUPT', 'CLOSED', 'ABORTED'] as const) {
    const { store, calls } = setUp([failBefore({ error: new ThreadkeepError(code, 'no') })])
    expect(await outcome(store.commit([put()]))).toBe(code)
    expect(await outcome(store.get([a]))).toBe(code)
    expect(calls()).toBe(2)
  }
  const bug = setUp([failBefore({ error: new TypeError('bug') })])
  await expect(bug.store.get([a])).rejects.toThrow('bug')
  expect(bug.calls()).toBe(1)
})

test('rate limiting is waited out', async () => {
  const { store, calls } = setUp([failBefore({ nth: 1, error: new ThreadkeepError('RATE_LIMITED', 'slow down') })])
  await store.get([a])
  expect(calls()).toBe(2)
})

test('a conflict is an answer, never tried again', async () => {
  const { store, base, calls } = setUp([])
  await base.commit([put()])
  expect(await store.commit([{ type: 'check', at: a, version: null }, put()])).toEqual({ ok: false, conflict: a })
  expect(calls()).toBe(1)
})

test('a commit that may have happened is not tried again without a check that would notice', async () => {
  const { store: source } = setUp([])
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
    const { store, calls } = setUp([failBefore({ unclear: true })])
    expect(await outcome(store.commit(changes))).toBe('UNAVAILABLE maybe retryable')
    expect(calls()).toBe(1)
  }
})

test('a commit that may have happened, but had not, is tried again where a check would notice', async () => {
  const { store, base, calls } = setUp([failBefore({ nth: 3, verbs: ['commit'], unclear: true })])
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
  const { store, base } = setUp([failAfter({ verbs: ['commit'], nth: 2 })])
  await store.commit([put(a, 1)])
  const { version } = (await base.get([a]))[0]!
  const work = store.commit([{ type: 'check', at: a, version }, put(a, 2)])
  const error = await work.catch((failure) => failure)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true, retryable: false })
  expect(error.cause).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  expect((await base.get([a]))[0]?.value).toEqual({ n: 2 })
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
  const { store, calls } = setUp([fault], { budget: { size: 10, refill: 0.5 } })
  for (let i = 0; i < 20; i++) await outcome(store.get([a]))
  expect(calls()).toBe(20 + 10)
  down = false
  for (let i = 0; i < 4; i++) await store.get([a])
  down = true
  for (let i = 0; i < 5; i++) await outcome(store.get([a]))
  expect(calls()).toBe(30 + 4 + 5 + 2)
})

test('what the caller changes after the call changes no retry', async () => {
  const { store, base } = setUp([failBefore({ rate: 1, nth: 1 })])
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
    withRetry({ sleep: async () => {}, budget: { size: 1e6, refill: 1 }, clock: manualClock() }),
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
  const { store, calls } = setUp([failBefore()], { maxRetries: 0 })
  expect(await outcome(store.get([a]))).toBe('UNAVAILABLE retryable')
  expect(calls()).toBe(1)
  const wrapped = withRetry()(forward(memoryStore(), { name: 'x' }))
  expect(wrapped.name).toBe('x')
})

function timeout() {
  return new ThreadkeepError('TIMEOUT', 'slow')
}
