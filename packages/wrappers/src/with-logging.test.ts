import type { Store } from '@threadkeep/core'
import { forward, manualClock, memoryStore, ThreadkeepError } from '@threadkeep/core'
import { expect, test, vi } from 'vitest'
import { conform } from '../test/conform.ts'
import type { LoggingOptions, LogLevel } from './with-logging.ts'
import { withLogging } from './with-logging.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
conform('logging', { wrap: () => withLogging({ logger: silent, values: true }) })
conform('logging of failures only', { wrap: () => withLogging({ logger: silent, level: 'error' }) })

const a = { collection: 'messages:t1', key: 'm1' }
const secret = { text: 'the secret' }
const down = (inner: Store) =>
  forward(inner, {
    commit: () => Promise.reject(new ThreadkeepError('TIMEOUT', 'Too\nslow.', { maybeCommitted: true })),
    get: () => Promise.reject(new TypeError('a bug')),
  })

function setUp(options: LoggingOptions = {}, base: Store = memoryStore()) {
  const lines: string[] = []
  const to = (level: LogLevel) => (message: unknown, text?: unknown) =>
    lines.push(`${level} ${typeof message === 'string' ? message : JSON.stringify(message)}${text ? ` | ${text}` : ''}`)
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') }
  return { store: withLogging({ logger, clock: manualClock(0), ...options })(base), lines }
}

test('every call is one line with its addresses, outcome and duration', async () => {
  const { store, lines } = setUp()
  await store.commit([
    { type: 'check', at: a, version: null },
    { type: 'put', at: a, value: secret },
  ])
  await store.commit([{ type: 'check', at: a, version: null }])
  await store.get([a])
  await store.get([{ ...a, key: 'none' }])
  await store.get([a, { ...a, key: 'none' }])
  await store.list('messages:t1', { prefix: 'm', limit: 5 })
  await store.close()
  expect(lines).toEqual([
    'debug memory commit check messages:t1/m1, put messages:t1/m1 → committed (0 ms)',
    'debug memory commit check messages:t1/m1 → conflict at messages:t1/m1 (0 ms)',
    'debug memory get messages:t1/m1 → hit (0 ms)',
    'debug memory get messages:t1/none → miss (0 ms)',
    'debug memory get messages:t1/m1, messages:t1/none → 1 of 2 found (0 ms)',
    'debug memory list messages:t1 prefix=m, limit=5 → 1 records (0 ms)',
    'debug memory close → closed (0 ms)',
  ])
})

test('failures are logged as errors and reach the caller as they are', async () => {
  const { store, lines } = setUp({ level: 'error' }, down(memoryStore()))
  await expect(store.commit([{ type: 'put', at: a, value: secret }])).rejects.toMatchObject({ code: 'TIMEOUT' })
  await expect(store.get([a])).rejects.toThrow(TypeError)
  expect(lines).toEqual([
    'error memory commit put messages:t1/m1 → failed: TIMEOUT Too\\u000aslow. (maybe committed) (0 ms)',
    'error memory get messages:t1/m1 → failed: INTERNAL a bug (0 ms)',
  ])
})

test('a call that the caller gave up is no error', async () => {
  const { store, lines } = setUp()
  await expect(store.get([a], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  expect(lines).toEqual([
    'debug memory get messages:t1/m1 → failed: ABORTED The call was aborted before it started. (0 ms)',
  ])
})

test('values are logged only when asked for, and as they were at the call', async () => {
  const quiet = setUp()
  await quiet.store.commit([{ type: 'put', at: a, value: secret }])
  await quiet.store.get([a])
  await quiet.store.list('messages:t1', { limit: 5 })
  expect(quiet.lines.join()).not.toContain('secret')

  const open = setUp({ values: true })
  const value = { text: 'before' }
  const written = open.store.commit([{ type: 'put', at: a, value }])
  value.text = 'after'
  await written
  await open.store.get([a])
  expect(open.lines[0]).toContain('→ committed (0 ms) [{"text":"before"}]')
  expect(open.lines[1]).toContain('→ hit (0 ms) [{"text":"before"}]')
})

test('structured logging hands over a record and the line', async () => {
  const { store, lines } = setUp({ format: 'structured', callLevel: 'info' })
  await store.get([a])
  expect(lines).toEqual([
    'info {"store":"memory","operation":"get","subject":"messages:t1/m1","durationMs":0,"outcome":"miss"} | ' +
      'memory get messages:t1/m1 → miss (0 ms)',
  ])
})

test('a hostile name or message cannot forge a line', async () => {
  const { store, lines } = setUp()
  const forged = { collection: 'c\nerror memory', key: '\u2028x\u202e"' }
  await expect(store.get([forged])).rejects.toMatchObject({ code: 'INVALID' })
  await store.get([{ collection: 'a b', key: 'é' }])
  expect(lines[0]).toMatch(/^error memory get "c\\nerror memory"\/"\\u2028x\\u202e\\"" → failed: INVALID [^\n\u2028]*$/)
  expect(lines[1]).toBe('debug memory get "a b"/"é" → miss (0 ms)')
})

test('long calls are cut', async () => {
  const { store, lines } = setUp()
  await store.get(Array.from({ length: 1000 }, (_, i) => ({ collection: 'c', key: `k${i}` })))
  expect(lines).toEqual(['debug memory get c/k0, c/k1, c/k2, c/k3, c/k4 and 995 more → 0 of 1000 found (0 ms)'])
})

test('malformed calls are logged too, and refused by the store', async () => {
  const { store, lines } = setUp({ values: true })
  const bad = [
    () => store.get(null as never),
    () => store.commit([null] as never),
    () => store.list(1 as never, null as never),
  ]
  for (const call of bad) await expect(call()).rejects.toMatchObject({ code: 'INVALID' })
  expect(lines).toHaveLength(3)
})

test('a logger that throws disturbs nothing', async () => {
  const logger = { ...silent, debug: () => assertNever(), error: () => assertNever() }
  const store = withLogging({ logger })(memoryStore())
  expect(await store.get([a])).toEqual([undefined])
  await expect(store.get([{ ...a, key: '' }])).rejects.toMatchObject({ code: 'INVALID' })
})

test('a level that the logger has switched off costs nothing, and off means off', async () => {
  let reads = 0
  const clock = { now: () => reads++ }
  const base = memoryStore()
  const muted = withLogging({ clock, logger: { ...silent, isLevelEnabled: () => false } })(base)
  await muted.get([a])
  expect(reads).toBe(0)
  expect(withLogging({ level: 'off' })(base)).toBe(base)
})

test('without a logger the console gets it, structured records as JSON', async () => {
  const debug = vi.spyOn(console, 'debug').mockImplementation(() => {})
  await withLogging({ clock: manualClock(0) })(memoryStore()).get([a])
  await withLogging({ clock: manualClock(0), format: 'structured' })(memoryStore()).get([a])
  expect(debug.mock.calls).toEqual([
    ['memory get messages:t1/m1 → miss (0 ms)'],
    ['{"store":"memory","operation":"get","subject":"messages:t1/m1","durationMs":0,"outcome":"miss"}'],
  ])
  debug.mockRestore()
})

test('choices that make no sense are refused', () => {
  for (const options of [{ level: 'loud' }, { format: 'xml' }, { callLevel: 'off' }]) {
    expect(() => withLogging(options as never)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})

function assertNever(): never {
  throw new Error('the disk of the log is full')
}
