import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startTestGateway } from './harness.ts'

const whole = /must be a whole number from 1 to 100, not /

test.each([
  ['threads', '{ threads(ARGS) { nodes { id } } }'],
  ['users', '{ users(ARGS) { nodes { id } } }'],
  ['messages', '{ thread(id: "t") { messages(ARGS) { nodes { id } } } }'],
  ['members', '{ thread(id: "t") { members(ARGS) { nodes { userId } } } }'],
  ['auditRecords', '{ auditRecords(ARGS) { nodes { action } } }'],
  ['search', '{ search(query: "x", ARGS) { nodes { text } } }'],
  ['history', '{ history(ARGS) { id } }'],
])('%s has pages of 1 to 100 items, and says so to whoever asks for others', async (name, query) => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice', ['admin'])
  await gateway.keep.threads.create({ userId: 'alice' }, { id: 't' })
  const sizes = name === 'history' ? ['limit'] : name === 'search' ? ['first'] : ['first', 'last']
  for (const size of sizes) {
    for (const count of [-1, 0, 101, 1e9]) {
      const { errors } = await alice.ask(query.replace('ARGS', `${size}: ${count}`))
      expect(errors, `${size}: ${count}`).toMatchObject([
        { message: expect.stringMatching(whole), extensions: { code: 'INVALID_LIMIT' } },
      ])
    }
    for (const count of [1, 100])
      expect((await alice.ask(query.replace('ARGS', `${size}: ${count}`))).errors).toBeUndefined()
    for (const count of ['1e9', '2147483648', '1.5', '"1"']) {
      const { errors } = await alice.ask(query.replace('ARGS', `${size}: ${count}`))
      expect(errors?.[0]?.extensions['code'], `${size}: ${count}`).toBe('GRAPHQL_VALIDATION_FAILED')
    }
  }
})

const json = { 'content-type': 'application/json' }

test('whatever goes wrong over HTTP is answered as JSON with a code, and with the id of the request', async () => {
  const gateway = await startTestGateway()
  const { token } = await gateway.person('alice')
  const authorization = `Bearer ${token}`
  const tries: readonly [status: number, code: string, path: string, init: RequestInit][] = [
    [400, 'BAD_REQUEST', '/graphql', { method: 'POST', headers: { ...json, authorization }, body: '{"query":' }],
    [400, 'BAD_REQUEST', '/graphql', { method: 'POST', headers: { ...json, authorization }, body: '[]' }],
    [400, 'BAD_REQUEST', '/graphql', { method: 'POST', headers: { ...json, authorization } }],
    [400, 'BAD_REQUEST', '/graphql?query={viewer{id}}&variables={', { headers: { authorization } }],
    [400, 'GRAPHQL_PARSE_FAILED', '/graphql?query={', { headers: { authorization } }],
    [401, 'UNAUTHENTICATED', '/graphql', { method: 'POST', headers: json, body: '{"query":"{viewer{id}}"}' }],
    [401, 'UNAUTHENTICATED', '/export', {}],
    [401, 'UNAUTHENTICATED', '/attachments/x', { method: 'PUT', body: 'x' }],
    [404, 'NOT_FOUND', '/', {}],
    [404, 'NOT_FOUND', '/../etc/passwd', {}],
    [404, 'NOT_FOUND', '/export?threadId=none', { headers: { authorization } }],
    [405, 'BAD_REQUEST', '/graphql', { method: 'DELETE', headers: { authorization } }],
    [405, 'BAD_REQUEST', '/export', { method: 'POST' }],
    [405, 'BAD_REQUEST', '/graphql?query=mutation{heartbeat{userErrors{code}}}', { headers: { authorization } }],
    [
      413,
      'BAD_REQUEST',
      '/graphql',
      { method: 'POST', headers: { ...json, authorization }, body: 'x'.repeat(262_145) },
    ],
    [415, 'BAD_REQUEST', '/graphql', { method: 'POST', headers: { authorization }, body: '{}' }],
    [400, 'INVALID', '/export?format=xml', { headers: { authorization } }],
    [400, 'INVALID', '/export?gzip=maybe', { headers: { authorization } }],
    [404, 'NOT_FOUND', '/attachments/', {}],
    [405, 'BAD_REQUEST', '/attachments/x', { method: 'DELETE' }],
  ]
  for (const [status, code, path, init] of tries) {
    const response = await fetch(gateway.url + path, init)
    const what = `${init.method ?? 'GET'} ${path}`
    expect(response.status, what).toBe(status)
    expect(response.headers.get('content-type'), what).toMatch(/^application\/json/)
    expect(response.headers.get('x-request-id'), what).toMatch(/./)
    // Whoever hears that a method is not taken hears which ones are.
    expect(response.headers.get('allow') !== null, what).toBe(status === 405)
    expect(await response.json(), what).toMatchObject({ errors: [{ extensions: { code } }] })
  }
  expect(gateway.reports).toEqual([])
})

test('what is no HTTP, and what is no WebSocket of ours, is answered as JSON, too', async () => {
  const gateway = await startTestGateway()
  const { port } = new URL(gateway.url)
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
  const tries: readonly [status: number, code: string, bytes: string][] = [
    [400, 'BAD_REQUEST', 'NOISE\r\n\r\n'],
    [431, 'BAD_REQUEST', `GET / HTTP/1.1\r\nHost: x\r\nX-Much: ${'x'.repeat(20_000)}\r\n\r\n`],
    [404, 'NOT_FOUND', `GET /elsewhere HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`],
    [400, 'BAD_REQUEST', `GET /graphql HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`],
    [403, 'FORBIDDEN', `GET /graphql HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n${upgrade}\r\n`],
  ]
  for (const [status, code, bytes] of tries) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(bytes)
    const answer = (await Array.fromAsync(socket)).join('')
    expect(answer, bytes.slice(0, 60)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ errors: [{ extensions: { code } }] })
  }
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
})
