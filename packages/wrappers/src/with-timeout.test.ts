import { spawnSync } from 'node:child_process'
import type { CallOptions, EnumerableStore, Store } from '@threadkeep/core'
import { forward, memoryStore, ThreadkeepError } from '@threadkeep/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { conform } from '../test/conform.ts'
import { withTimeout } from './with-timeout.ts'

conform('timeout', { wrap: () => withTimeout({ timeout: 5 }) })

const a = { collection: 'c', key: 'k' }
const never = () => new Promise<never>(() => {})
const stuck = (): Store => forward(memoryStore(), { get: never, list: never, commit: never, collections: never })

function useFakeTimers() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

/** What has become of a promise. */
function watch(promise: Promise<unknown>) {
  const seen: { error?: unknown; answer?: unknown } = {}
  promise.then(
    (answer) => Object.assign(seen, { answer }),
    (error) => Object.assign(seen, { error }),
  )
  return seen
}

test('a call that is stuck is given up after the timeout and at most an eighth, never earlier', async () => {
  useFakeTimers()
  const store = withTimeout({ timeout: 8 })(stuck())
  const names = () => (store as EnumerableStore).collections({ limit: 1 })
  const calls = [store.get([a]), store.list('c', { limit: 1 }), store.commit([]), names()].map(watch)
  await vi.advanceTimersByTimeAsync(500)
  const late = watch(store.get([a]))
  await vi.advanceTimersByTimeAsync(7499)
  expect(calls).toEqual([{}, {}, {}, {}])
  await vi.advanceTimersByTimeAsync(1001)
  expect(calls).toMatchObject([
    { error: { code: 'TIMEOUT', retryable: true, maybeCommitted: false } },
    { error: { code: 'TIMEOUT', maybeCommitted: false } },
    { error: { code: 'TIMEOUT', maybeCommitted: true } },
    { error: { code: 'TIMEOUT', maybeCommitted: false } },
  ])
  expect(String(calls[2]!.error)).toContain('commit took longer than 8 s. It may or may not have happened')
  // Begun half a tick later, so between 8 and 9 s are up half a tick later.
  expect(late).toMatchObject({ error: { code: 'TIMEOUT' } })
})

test('the call below is aborted, after its caller was told', async () => {
  useFakeTimers()
  const order: string[] = []
  const obedient = forward(memoryStore(), {
    get: (_at, options) =>
      new Promise((_, reject) => {
        options!.signal!.addEventListener('abort', () => {
          order.push('aborted')
          reject(new ThreadkeepError('ABORTED', 'aborted'))
        })
      }),
  })
  const store = withTimeout({ timeout: 1 })(obedient)
  const calls = [watch(store.get([a])), watch(store.get([a], { signal: new AbortController().signal }))]
  await vi.advanceTimersByTimeAsync(1200)
  expect(calls).toMatchObject([{ error: { code: 'TIMEOUT' } }, { error: { code: 'TIMEOUT' } }])
  expect(order).toEqual(['aborted', 'aborted'])
})

test('the signal of the caller still aborts, and keeps no listener behind', async () => {
  useFakeTimers()
  const controller = new AbortController()
  const { signal } = controller
  const removed = vi.spyOn(signal, 'removeEventListener')
  const hangs = forward(memoryStore(), {
    get: (_at, options?: CallOptions) =>
      new Promise((_, reject) => {
        options!.signal!.addEventListener('abort', () => reject(options!.signal!.reason))
      }),
    list: async () => [],
  })
  const store = withTimeout({ timeout: 5 })(hangs)
  await store.list('c', { limit: 1 }, { signal })
  expect(removed).toHaveBeenCalledTimes(1)
  const call = watch(store.get([a], { signal }))
  controller.abort('enough')
  await vi.advanceTimersByTimeAsync(0)
  expect(call).toEqual({ error: 'enough' })
  expect(removed).toHaveBeenCalledTimes(2)
})

test('many calls that end in any order leave nothing behind', async () => {
  useFakeTimers()
  const pending: (() => void)[] = []
  const slow = forward(memoryStore(), { get: () => new Promise((resolve) => pending.push(() => resolve([]))) })
  const store = withTimeout({ timeout: 1 })(slow)
  const calls = Array.from({ length: 9 }, () => watch(store.get([a])))
  for (const index of [4, 0, 8, 2]) pending[index]!()
  await vi.advanceTimersByTimeAsync(600)
  const young = watch(store.get([a]))
  await vi.advanceTimersByTimeAsync(600)
  expect(calls.map((call) => ('answer' in call ? 'answer' : 'error'))).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => ([4, 0, 8, 2].includes(index) ? 'answer' : 'error')),
  )
  expect(young).toEqual({})
  pending.at(-1)!()
  pending[1]!()
  await vi.advanceTimersByTimeAsync(600)
  expect(young).toEqual({ answer: [] })
  expect(vi.getTimerCount()).toBe(0)
})

test('an answer that is known at once needs no timer', async () => {
  useFakeTimers()
  const store = withTimeout({ timeout: 1 })(memoryStore())
  for (let i = 0; i < 100; i++) await store.get([a])
  expect(vi.getTimerCount()).toBe(0)
})

test('a stuck call keeps the process alive until it is given up, an idle store does not', () => {
  const script = `
    import { forward, memoryStore } from '@threadkeep/core'
    import { withTimeout } from '@threadkeep/wrappers'
    const slow = forward(memoryStore(), { get: async () => [], list: () => new Promise(() => {}) })
    const store = withTimeout({ timeout: Number(process.argv[1]) })(slow)
    await store.get([])
    if (process.argv[1] === '0.2') await store.list('c', { limit: 1 }).catch((error) => console.log(error.code))
  `
  const run = (timeout: string) =>
    spawnSync(process.execPath, ['--conditions=threadkeep-source', '--input-type=module', '-e', script, timeout], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 20_000,
    })
  expect(run('0.2')).toMatchObject({ status: 0, stdout: 'TIMEOUT\n' })
  expect(run('1000')).toMatchObject({ status: 0, stdout: '' })
})

test('timeouts that make no sense are refused', () => {
  for (const timeout of [0, -1, Number.NaN, Infinity, 100_000, '5']) {
    expect(() => withTimeout({ timeout: timeout as number })).toThrow(
      expect.objectContaining({ code: 'MISCONFIGURED' }),
    )
  }
})
