import { expect, test } from 'vitest'
import { helpText, readCommand } from './config.ts'

const env = { THREADKEEP_STORE: 'mongodb://db/chat', THREADKEEP_EVENTS: 'kafka://log' }

test('flags win over the environment, and what is left out has its default', () => {
  expect(
    readCommand(['--jobs', 'relay, expiry', '--port', '0'], { ...env, THREADKEEP_PORT: '9', THREADKEEP_LIVE: '' }),
  ).toEqual({
    do: 'work',
    urls: { store: 'mongodb://db/chat', external: true, cacheReads: false },
    events: 'kafka://log',
    jobs: ['relay', 'expiry'],
    host: '0.0.0.0',
    port: 0,
    expiryEvery: 30_000,
    takeover: 10_000,
    logLevel: 'info',
  })
  expect(readCommand(['--jobs=expiry'], { THREADKEEP_STORE: 'memory:' })).toMatchObject({
    jobs: ['expiry'],
    events: undefined,
  })
  expect(readCommand(['topics', '--partitions', '4'], env)).toEqual({
    do: 'topics',
    events: 'kafka://log',
    partitions: 4,
    replication: undefined,
  })
})

test('help names every flag and variable', () => {
  expect(readCommand(['--help'], {})).toEqual({ do: 'help' })
  expect(helpText).toContain('--jobs')
  expect(helpText).toContain('THREADKEEP_EVENTS')
})

test.each([
  [[], {}],
  [[], { THREADKEEP_STORE: 'memory:' }],
  [['--jobs', 'relay,dance'], env],
  [['--port', 'x'], env],
  [['--port', '-1'], env],
  [['--expiry-every', '0'], env],
  [['--log-level', 'loud'], env],
  [['--unknown'], env],
  [['dance'], env],
  [['topics'], {}],
])('%o is refused', (args, given) => {
  expect(() => readCommand(args, given)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
})
