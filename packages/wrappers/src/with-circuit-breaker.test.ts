import { forward, manualClock, memoryStore, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withCircuitBreaker } from './with-circuit-breaker.ts'

conform('circuitBreaker', { wrap: (clock) => withCircuitBreaker({ clock }) })

const at = [{ collection: 'c', key: 'k' }]

function setUp() {
  const clock = manualClock(0)
  const base = memoryStore()
  const states: string[] = []
  let answer: () => Promise<readonly undefined[]> = async () => [undefined]
  let calls = 0
  const inner = forward(base, {
    get: () => {
      calls++
      return answer()
    },
  })
  const store = withCircuitBreaker({
    maxFailures: 3,
    resetAfter: 10,
    clock,
    onStateChange: (state, name) => states.push(`${name} ${state}`),
  })(inner)
  const fail = (code: 'UNAVAILABLE' | 'TIMEOUT' | 'ABORTED' | 'INVALID' = 'UNAVAILABLE') => {
    answer = () => Promise.reject(new ThreadkeepError(code, code))
  }
  const recover = () => {
    answer = async () => [undefined]
  }
  const get = () =>
    store.get(at).then(
      () => 'answer',
      (error) => error.details.circuit ?? error.code,
    )
  return {
    clock,
    states,
    store,
    get,
    fail,
    recover,
    answerWith: (next: typeof answer) => {
      answer = next
    },
    calls: () => calls,
  }
}

test('so many failures in a row open it; then nothing reaches the store', async () => {
  const { get, fail, calls, store, clock } = setUp()
  fail()
  for (let i = 0; i < 3; i++) expect(await get()).toBe('UNAVAILABLE')
  expect(await get()).toBe('open')
  await expect(store.commit([])).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true, maybeCommitted: false })
  clock.advance(4000)
  await expect(store.list('c', { limit: 1 })).rejects.toMatchObject({ details: { retryAfterMs: 6000 } })
  expect(calls()).toBe(3)
})

test('a success in between starts the count anew', async () => {
  const { get, fail, recover } = setUp()
  for (let i = 0; i < 3; i++) {
    fail('TIMEOUT')
    expect([await get(), await get()]).toEqual(['TIMEOUT', 'TIMEOUT'])
    recover()
    expect(await get()).toBe('answer')
  }
})

test('only infrastructure failures count: refusals and conflicts prove that the store lives', async () => {
  const { get, fail, store } = setUp()
  fail('INVALID')
  for (let i = 0; i < 9; i++) expect(await get()).toBe('INVALID')
  await store.commit([{ type: 'put', at: at[0]!, value: {} }])
  for (let i = 0; i < 9; i++) {
    expect(await store.commit([{ type: 'check', at: at[0]!, version: null }])).toMatchObject({ ok: false })
  }
  fail()
  expect(await get()).toBe('UNAVAILABLE')
})

test('after a while one call tries, and its outcome decides', async () => {
  const { clock, get, fail, recover, states, calls } = setUp()
  fail()
  for (let i = 0; i < 3; i++) await get()
  clock.advance(10_000)
  expect([await get(), await get()]).toEqual(['UNAVAILABLE', 'open'])
  clock.advance(10_000)
  recover()
  const both = await Promise.all([get(), get()])
  expect(both).toEqual(['answer', 'open'])
  expect(await get()).toBe('answer')
  expect(calls()).toBe(6)
  expect(states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed'].map((state) => `memory ${state}`))
})

test('a trial that its caller gave up decides nothing: the next call tries', async () => {
  const { clock, get, fail, recover } = setUp()
  fail()
  for (let i = 0; i < 3; i++) await get()
  clock.advance(10_000)
  fail('ABORTED')
  expect(await get()).toBe('ABORTED')
  recover()
  expect(await get()).toBe('answer')
})

test('a trial that hangs does not shut it for ever', async () => {
  const { clock, get, fail, recover, answerWith } = setUp()
  fail()
  for (let i = 0; i < 3; i++) await get()
  clock.advance(10_000)
  answerWith(() => new Promise(() => {}))
  void get()
  expect(await get()).toBe('open')
  clock.advance(10_000)
  recover()
  expect(await get()).toBe('answer')
})

test('an old call that ends late says nothing about the present', async () => {
  const { get, fail, answerWith, states } = setUp()
  let end = () => {}
  answerWith(
    () =>
      new Promise((resolve) => {
        end = () => resolve([undefined])
      }),
  )
  const old = get()
  fail()
  for (let i = 0; i < 3; i++) await get()
  end()
  expect(await old).toBe('answer')
  expect(await get()).toBe('open')
  expect(states).toEqual(['memory open'])
})

test('each wrapped store has a circuit of its own, and an observer that throws changes nothing', async () => {
  const wrap = withCircuitBreaker({
    maxFailures: 1,
    onStateChange() {
      throw new Error('observer')
    },
  })
  const broken = forward(memoryStore(), {
    get: () => Promise.reject(new ThreadkeepError('UNAVAILABLE', 'down')),
  })
  const [bad, good] = [wrap(broken), wrap(memoryStore())]
  await expect(bad.get(at)).rejects.toThrow('down')
  await expect(bad.get(at)).rejects.toThrow('left alone')
  expect(await good.get(at)).toEqual([undefined])
})

test('options that make no sense are refused', () => {
  for (const options of [{ maxFailures: 0 }, { maxFailures: 1.5 }, { resetAfter: 0 }, { resetAfter: Number.NaN }]) {
    expect(() => withCircuitBreaker(options)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})

test('a call of earlier times that fails late counts for nothing', async () => {
  const { get, fail, recover, clock, states, answerWith } = setUp()
  const late = Promise.withResolvers<readonly undefined[]>()
  answerWith(() => late.promise)
  const waiting = [get(), get(), get()]
  fail()
  for (let i = 0; i < 3; i++) await get()
  clock.advance(10_000)
  recover()
  expect(await get()).toBe('answer')
  late.reject(new ThreadkeepError('UNAVAILABLE', 'late'))
  expect(await Promise.all(waiting)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'])
  expect(await get()).toBe('answer')
  expect(states).toEqual(['memory open', 'memory half-open', 'memory closed'])
})
