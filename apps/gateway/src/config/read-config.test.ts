import { expect, test } from 'vitest'
import { readConfig } from './read-config.ts'
import { helpText, settings } from './settings.ts'

const keys = {
  THREADKEEP_JWT_SECRET: 'a secret of at least thirty-two bytes',
  THREADKEEP_JWT_ISSUER: 'https://login.example.com',
  THREADKEEP_JWT_AUDIENCE: 'chat',
}

test('without anything, a gateway for one developer on this machine', () => {
  expect(readConfig([], {})).toMatchObject({
    production: false,
    host: '127.0.0.1',
    port: 4000,
    urls: { store: 'sqlite:data/threadkeep.db', blobs: 'file:data/blobs', external: false },
    auth: { secret: undefined, jwks: undefined, issuer: 'threadkeep', audience: 'threadkeep', maxAge: 86_400 },
    introspection: true,
    graphiql: true,
    deadline: 15_000,
    rateLimit: { capacity: 60_000, refillPerSecond: 1_000 },
  })
})

test('flags win over the environment, and an empty variable is one that is not set', () => {
  const env = { THREADKEEP_PORT: '9', THREADKEEP_LIVE: '', THREADKEEP_STORE: 'mongodb://db/chat' }
  const config = readConfig(['--port', '0', '--events=kafka://log', '--rate-limit', 'off'], env)
  expect(config).toMatchObject({ port: 0, rateLimit: undefined })
  expect(config?.urls).toEqual({ store: 'mongodb://db/chat', external: true })
})

test('production refuses to start without keys, issuer and audience, and keeps its schema to itself', () => {
  const message = messageOf(() => readConfig([], { NODE_ENV: 'production' }))
  for (const missing of ['JWT_SECRET', 'JWT_ISSUER', 'JWT_AUDIENCE']) expect(message).toContain(missing)
  const config = readConfig(['--mode', 'production'], keys)
  expect(config).toMatchObject({ production: true, introspection: false, graphiql: false, host: '::' })
})

test('help names every variable', () => {
  expect(readConfig(['--help'], {})).toBeUndefined()
  for (const { variable } of Object.values(settings)) expect(helpText).toContain(variable)
})

test.each([
  [['--port', 'x'], {}],
  [['--port', '70000'], {}],
  [['--mode', 'staging'], {}],
  [['--log-level', 'loud'], {}],
  [['--rate-limit', '5'], {}],
  [['--rate-limit', '100/1'], {}],
  [['--origins', 'chat.example.com'], {}],
  [['--origins', 'https://chat.example.com/path'], {}],
  [['--graphiql', 'yes'], {}],
  [['--unknown'], {}],
  [['--jwt-secret', 'x'], {}],
  [[], { THREADKEEP_JWT_SECRET: 'short' }],
  [[], { ...keys, THREADKEEP_JWKS_URL: 'https://keys.example.com' }],
  [['--jwks-url', 'ftp://keys'], {}],
  [['--mode', 'production', '--jwks-url', 'http://keys.example.com'], { ...keys, THREADKEEP_JWT_SECRET: '' }],
])('%o is refused', (args, env) => {
  expect(() => readConfig(args, env)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
})

test('what is wrong is told at once, and no secret with it', () => {
  const env = { THREADKEEP_PORT: '-1', THREADKEEP_JWT_SECRET: 'hunter2', THREADKEEP_ORIGINS: '*' }
  const message = messageOf(() => readConfig([], env))
  expect(message.split('\n')).toHaveLength(3)
  expect(message).not.toContain('hunter2')
})

test('a fault is told by its flag and its variable, in whole sentences', () => {
  expect(messageOf(() => readConfig(['--port', 'x'], {}))).toMatch(/^--port \(THREADKEEP_PORT\) is a whole number/)
  expect(messageOf(() => readConfig(['--prot', '1'], {}))).toBe("Unknown option '--prot'. --help lists what there is.")
})

function messageOf(run: () => unknown): string {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
