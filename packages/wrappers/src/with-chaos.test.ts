import { memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import type { Fault } from './chaos/faults.ts'
import { delay, failAfter, failBefore, hang } from './chaos/faults.ts'
import { withChaos } from './with-chaos.ts'

conform('chaos that only delays', { wrap: () => withChaos({ faults: [delay({ max: 0.001 })] }) })

const a = { collection: 'c', key: 'k' }
const put = { type: 'put', at: a, value: {} } as const

function setUp(...faults: readonly Fault[]) {
  const base = memoryStore()
  const waits: number[] = []
  const sleep = async (millis: number) => void waits.push(millis)
  return { base, waits, store: withChaos({ faults, seed: 7, sleep })(base) }
}

test('a failure before the call leaves nothing behind and says so', async () => {
  const { base, store } = setUp(failBefore({ verbs: ['commit'] }))
  await expect(store.commit([put])).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: false })
  expect(await base.get([a])).toEqual([undefined])
  expect(await store.get([a])).toEqual([undefined])
})

test('a failure after the call happened, and a commit says that it may have', async () => {
  const { base, store } = setUp(failAfter())
  await expect(store.commit([put])).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
  expect(await base.get([a])).toMatchObject([{ value: {} }])
  await expect(store.get([a])).rejects.toMatchObject({ maybeCommitted: false })
  await expect(store.list('c', { limit: 1 })).rejects.toMatchObject({ maybeCommitted: false })
})

test('an unclear failure claims that what did not happen may have', async () => {
  const { base, store } = setUp(failBefore({ unclear: true }))
  await expect(store.commit([put])).rejects.toMatchObject({ maybeCommitted: true })
  await expect(store.get([a])).rejects.toMatchObject({ maybeCommitted: false })
  expect(await base.get([a])).toEqual([undefined])
})

test('the nth call of a verb fails, and only that', async () => {
  const error = new Error('third')
  const { store } = setUp(failBefore({ nth: 3, verbs: ['get'], error }))
  const outcomes: string[] = []
  for (let i = 0; i < 5; i++) {
    await store.commit([put])
    outcomes.push(
      await store.get([a]).then(
        () => 'ok',
        (failure) => failure.message,
      ),
    )
  }
  expect(outcomes).toEqual(['ok', 'ok', 'third', 'ok', 'ok'])
})

test('the same seed fails the same calls, another one fails others', async () => {
  const run = async (seed: number) => {
    const store = withChaos({ faults: [failBefore({ rate: 0.3 })], seed })(memoryStore())
    let outcomes = ''
    for (let i = 0; i < 200; i++)
      outcomes += await store.get([a]).then(
        () => '.',
        () => 'x',
      )
    return outcomes
  }
  const first = await run(1)
  expect(await run(1)).toBe(first)
  expect(await run(2)).not.toBe(first)
  expect(first.split('x').length - 1).toBeGreaterThan(40)
  expect(first.split('x').length - 1).toBeLessThan(80)
})

test('delays add up and happen before the call', async () => {
  const { waits, store } = setUp(delay({ max: 2 }), delay({ max: 2, nth: 2 }))
  await store.get([a])
  await store.get([a])
  expect(waits).toHaveLength(2)
  expect(Math.max(...waits)).toBeLessThan(4000)
  expect(Math.min(...waits)).toBeGreaterThan(0)
})

test('a call that hangs has happened, and ends only with its signal', async () => {
  const { base, store } = setUp(hang({ verbs: ['commit'] }))
  const controller = new AbortController()
  const call = store.commit([put], { signal: controller.signal })
  await new Promise((resolve) => setImmediate(resolve))
  expect(await base.get([a])).toMatchObject([{ value: {} }])
  controller.abort()
  await expect(call).rejects.toMatchObject({ code: 'ABORTED', maybeCommitted: true })
})

test('any function is a fault, and the first error of several counts', async () => {
  const seen: string[] = []
  const { store } = setUp(
    ({ verb, index }) => {
      seen.push(`${verb} ${index}`)
      return index === 1 ? { before: new Error('mine') } : undefined
    },
    failBefore({ nth: 2 }),
  )
  await store.get([a])
  await expect(store.list('c', { limit: 1 })).rejects.toThrow('mine')
  await store.commit([put])
  expect(seen).toEqual(['get 0', 'list 1', 'commit 2'])
})

test('faults that make no sense are refused', () => {
  for (const make of [
    () => failBefore({ rate: 2 }),
    () => failAfter({ nth: 0 }),
    () => delay({ max: -1 }),
    () => hang({ rate: Number.NaN }),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})
