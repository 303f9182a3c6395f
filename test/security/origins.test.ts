import type { TestGateway } from '@threadkeep/gateway/harness'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'

const friend = 'https://chat.example.com'
const query = '{ rateLimit { cost } }'

/** Whatever is not the gateway itself and was not named. */
const foreign = [
  'https://evil.example.com',
  'https://chat.example.com.evil.example.com',
  'http://chat.example.com',
  'https://chat.example.com:8443',
  'https://CHAT.example.com',
  'null',
  'file://',
  '',
]

interface Try {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

async function http(gateway: TestGateway, path: string, init: RequestInit): Promise<Try> {
  const response = await fetch(gateway.url + path, init)
  return { status: response.status, text: await response.text(), headers: response.headers }
}

function post(gateway: TestGateway, headers: Record<string, string>, body = JSON.stringify({ query })): Promise<Try> {
  return http(gateway, '/graphql', { method: 'POST', headers, body })
}

/** 101, or the status with which the upgrade was refused. */
function upgrade(gateway: TestGateway, origin?: string): Promise<number> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    ...(origin !== undefined && { headers: { origin } }),
  })
  return new Promise((resolve) => {
    socket.on('error', () => {})
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
}

test('pages of other origins are turned away everywhere, those of the list and of the gateway itself are not', async () => {
  const gateway = await startTestGateway({ origins: [friend] })
  const { token } = await gateway.person('ada')
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const events = { ...json, accept: 'text/event-stream' }
  for (const origin of [friend, gateway.url]) {
    const { status, headers } = await post(gateway, { ...json, origin })
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([200, origin, 'origin'])
    expect((await post(gateway, { ...events, origin })).text).toContain('event: next')
    expect(await upgrade(gateway, origin)).toBe(101)
    expect((await http(gateway, '/export', { headers: { ...json, origin } })).status).toBe(200)
  }
  for (const origin of foreign) {
    for (const headers of [json, events]) {
      const { status, text, headers: told } = await post(gateway, { ...headers, origin })
      expect([status, JSON.parse(text).errors[0].extensions.code], origin).toEqual([403, 'FORBIDDEN'])
      expect(told.get('access-control-allow-origin'), origin).toBeNull()
    }
    expect(await upgrade(gateway, origin), origin).toBe(403)
    for (const path of ['/export', '/attachments/x', '/healthz'])
      expect((await http(gateway, path, { headers: { ...json, origin } })).status, `${origin} ${path}`).toBe(403)
  }
  expect(await upgrade(gateway)).toBe(101)
  expect((await post(gateway, json)).status).toBe(200)
})

test('a browser that asks first is told what a page of the list may send, and nothing for others', async () => {
  const gateway = await startTestGateway({ origins: [friend] })
  const ask = (origin: string) =>
    http(gateway, '/graphql', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    })
  const told = (await ask(friend)).headers
  expect(told.get('access-control-allow-origin')).toBe(friend)
  expect(told.get('access-control-allow-headers')).toContain('authorization')
  expect(told.get('access-control-allow-credentials')).toBeNull()
  for (const origin of foreign) {
    const { status, headers } = await ask(origin)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null])
  }
})

// What a page may send without asking first: it must never do anything, whatever the user's browser adds to it.
test('what a browser sends for any page without asking first is never run', async () => {
  const gateway = await startTestGateway()
  const { token } = await gateway.person('ada')
  const mutation = 'mutation { createThread(input: { title: "forged" }) { thread { id } } }'
  const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']
  const cookie = `token=${token}; authorization=Bearer ${token}`
  for (const accept of ['*/*', 'text/event-stream']) {
    for (const type of simple) {
      const body = JSON.stringify({ query: mutation })
      // Even with a token, which no page can add: a type that needs no asking is refused.
      for (const extra of [{ cookie }, { authorization: `Bearer ${token}` }]) {
        const { status } = await post(gateway, { accept, ...(type && { 'content-type': type }), ...extra }, body)
        expect([401, 415], `${accept} ${type}`).toContain(status)
      }
    }
    const search = new URLSearchParams({ query: mutation })
    const cookies = await http(gateway, `/graphql?${search}`, { headers: { accept, cookie } })
    expect(cookies.status).toBe(401)
    const changed = await http(gateway, `/graphql?${search}`, { headers: { accept, authorization: `Bearer ${token}` } })
    expect(changed.text).not.toContain('"thread":{')
  }
  expect((await gateway.keep.threads.list({ userId: 'ada' })).items).toEqual([])
})
