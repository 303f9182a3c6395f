import { createHash } from 'node:crypto'
import type { TestGateway } from '@threadkeep/gateway/harness'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { describe, expect, test } from 'vitest'
import { transports } from './hostile/ask.ts'

const mine = 'query Mine { viewer { id } rateLimit { cost } }'
const two = 'query One { rateLimit { cost } } query Two { blockedUserIds }'
const create = 'mutation { createThread(input: { title: "registered" }) { thread { title } userErrors { code } } }'
const events = 'subscription ($id: ID!) { threadEvents(threadId: $id) { __typename } }'
const registered = [mine, two, create, events]

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const byHash = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

const unregistered: Readonly<Record<string, object>> = {
  'another document': { query: '{ viewer { id } }' },
  'a mutation that nobody registered': {
    query: 'mutation { createThread(input: { title: "forged" }) { thread { id } } }',
  },
  introspection: { query: '{ __schema { types { name } } }' },
  'a registered text with a space more': { query: `${mine} ` },
  'a registered text with another operation behind it': {
    query: `${mine} query Other { users { nodes { id } } }`,
    operationName: 'Other',
  },
  'a registered text with a comment': { query: `# hello\n${mine}` },
  'an unknown hash': { query: '', ...byHash(hashOf('{ viewer { id } }')) },
  'another text under a registered hash': { query: '{ blockedUserIds }', ...byHash(hashOf(mine)) },
  'a hash in upper case': { query: '', ...byHash(hashOf(mine).toUpperCase()) },
  'a hash that is a name of the prototype': { query: '', ...byHash('__proto__') },
  'a hash that is no text': { query: '', ...byHash({ toString: 1 }) },
  'a list of hashes': { query: '', ...byHash([hashOf(mine), hashOf(two)]) },
  nothing: { query: '' },
}

async function start(): Promise<TestGateway> {
  return startTestGateway({ registered, production: true, introspection: false })
}

describe.each(Object.entries(transports))('over %s', (_name, ask) => {
  test('what is registered runs, by its text or by its hash', async () => {
    const gateway = await start()
    const { token } = await gateway.person('ada')
    for (const params of [{ query: mine }, { query: '', ...byHash(hashOf(mine)) }])
      expect((await ask(gateway, token, params)).text).toContain('"rateLimit":{"cost":2}')
    expect((await ask(gateway, token, { query: two, operationName: 'Two' })).text).toContain('"blockedUserIds":[]')
    expect((await ask(gateway, token, { query: create })).text).toContain('"title":"registered"')
  })

  test('nothing else does, however it is written, and no resolver runs', async () => {
    const gateway = await start()
    const { token } = await gateway.person('eve')
    for (const [name, params] of Object.entries(unregistered)) {
      const { text } = await ask(gateway, token, params)
      expect(text, name).toContain('OPERATION_NOT_REGISTERED')
      expect(text, name).not.toContain('"data"')
    }
    expect((await gateway.keep.threads.list({ userId: 'eve' })).items).toEqual([])
    expect(gateway.reports).toEqual([])
  })
})

test('over HTTP a hash alone is enough, also by GET', async () => {
  const gateway = await start()
  const { token } = await gateway.person('ada')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify(byHash(hashOf(mine)))
  const posted = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body })
  const search = new URLSearchParams({ extensions: JSON.stringify(byHash(hashOf(mine)).extensions) })
  const got = await fetch(`${gateway.url}/graphql?${search}`, { headers })
  for (const answer of [posted, got])
    expect([answer.status, await answer.json()]).toEqual([200, { data: { viewer: null, rateLimit: { cost: 2 } } }])
})

test.each(['{ viewer { nothing } }', '{ viewer {', 'fragment F on User { id }', ''])(
  'a gateway does not start with the registered document %j, which could never run',
  async (text) => {
    await expect(startTestGateway({ registered: [mine, text] })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  },
)
