import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Parsed } from '@threadkeep/gateway/harness'
import { tokenFor } from '@threadkeep/gateway/harness'
import type { AppProcess, CompiledGateway } from '@threadkeep/test-support/apps'
import { compileGateway, startApp } from '@threadkeep/test-support/apps'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { gatewayEnv } from './gateway-env.ts'

let compiled: CompiledGateway
beforeAll(() => {
  compiled = compileGateway()
})
afterAll(() => compiled[Symbol.dispose]())

const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { seq } userErrors { code } } }`
const events = `subscription ($id: ID!) { threadEvents(threadId: $id) { __typename } }`

/** A gateway in a process of its own, on a directory. It is killed with the test, should it still be there. */
async function start(data: string): Promise<AppProcess> {
  const app = await startApp(compiled.main, {
    env: gatewayEnv(data),
  })
  onTestFinished(async () => void (await app.end('SIGKILL')))
  return app
}

function directory(): string {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-drain-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  return data
}

async function ask({ url }: AppProcess, token: string, query: string, variables: object = {}): Promise<Parsed> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  return response.json()
}

/** A socket that has introduced itself. */
async function openSocket({ url }: AppProcess, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }))
  await once(socket, 'message')
  return socket
}

/** Says one thing after the other, several at a time, until the socket closes. Answers how often it was told that something is kept. */
function talkOverSocket(socket: WebSocket, threadId: string): { readonly kept: () => number } {
  let [said, kept] = [0, 0]
  const say = (): void => {
    if (socket.readyState !== socket.OPEN) return
    const variables = { input: { threadId, content: `socket ${said}` } }
    socket.send(JSON.stringify({ id: `s${said++}`, type: 'subscribe', payload: { query: send, variables } }))
  }
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'next' && payload.data?.sendMessage?.message) kept++
    if (type === 'complete' || type === 'error') say()
  })
  for (let n = 0; n < 10; n++) say()
  return { kept: () => kept }
}

/** The same over HTTP, until nobody answers. */
async function talkOverHttp(app: AppProcess, token: string, threadId: string): Promise<number> {
  let kept = 0
  for (;;) {
    try {
      const { data } = await ask(app, token, send, { input: { threadId, content: `http ${kept}` } })
      if (data?.sendMessage?.message) kept++
    } catch {
      return kept
    }
  }
}

/** A request whose head the gateway has read and whose body is halfway there; `finish` sends the rest and answers what came back. */
async function beginRequest({ url }: AppProcess, token: string, body: string) {
  const outgoing = request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${token}`,
      expect: '100-continue',
    },
  })
  outgoing.flushHeaders()
  await once(outgoing, 'continue')
  const came = once(outgoing, 'response') as Promise<[IncomingMessage]>
  came.catch(() => {})
  outgoing.write(body.slice(0, 20))
  return {
    async finish() {
      outgoing.end(body.slice(20))
      const [response] = await came
      return { status: response.statusCode, body: JSON.parse((await response.toArray()).join('')) as Parsed }
    },
  }
}

test('SIGTERM: what was begun is answered, everything acknowledged is kept, clients are sent elsewhere, and it ends well', async () => {
  const data = directory()
  const app = await start(data)
  const token = await tokenFor('ada')
  const { data: made } = await ask(app, token, 'mutation { createThread(input: {}) { thread { id } } }')
  const threadId: string = made.createThread.thread.id

  const talking = await openSocket(app, token)
  const overSocket = talkOverSocket(talking, threadId)
  const talkingEnded = once(talking, 'close')
  const overHttp = [talkOverHttp(app, token, threadId), talkOverHttp(app, token, threadId)]
  const listening = await openSocket(app, token)
  listening.send(
    JSON.stringify({ id: '1', type: 'subscribe', payload: { query: events, variables: { id: threadId } } }),
  )
  const listeningEnded = once(listening, 'close')
  const introducing = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const introducingEnded = once(introducing, 'close')
  await once(introducing, 'open')
  const stream = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: events, variables: { id: threadId } }),
  })
  const streamed = stream.text()
  const variables = { input: { threadId, content: 'begun before' } }
  const begun = await beginRequest(app, token, JSON.stringify({ query: send, variables }))
  await expect.poll(overSocket.kept).toBeGreaterThan(20)

  const ended = app.end('SIGTERM')
  for (const one of [talkingEnded, listeningEnded, introducingEnded]) expect((await one)[0]).toBe(1012)
  // Ended, not completed: a client of events comes back.
  expect(await streamed).not.toContain('event: complete')
  await expect.poll(() => refuses(app)).toBe(true)
  const late = await begun.finish()
  expect(late).toMatchObject({ status: 200, body: { data: { sendMessage: { userErrors: [] } } } })
  const acknowledged = (await Promise.all(overHttp)).reduce((a, b) => a + b, 0) + overSocket.kept() + 1
  // After 9.5 seconds it would have given up, with 1.
  expect(await ended, app.said.join('\n')).toBe(0)

  const again = await start(data)
  const { data: found } = await ask(again, token, `{ thread(id: "${threadId}") { messageCount } }`)
  expect(found.thread.messageCount).toBe(acknowledged)
  expect(await again.end('SIGTERM')).toBe(0)
})

test('SIGTERM: whoever never ends a request, and whoever does not say goodbye, holds nothing up', async () => {
  const app = await start(directory())
  const token = await tokenFor('ada')
  const begun = await beginRequest(app, token, JSON.stringify({ query: '{ viewer { id } }' }))
  // A socket that is opened by hand, and deaf ever after.
  const { hostname, port } = new URL(app.url)
  const deaf = connect(Number(port), hostname)
  deaf.write(
    [
      'GET /graphql HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      '\r\n',
    ].join('\r\n'),
  )
  await once(deaf, 'data')
  deaf.on('error', () => {})
  const code = await app.end('SIGTERM')
  expect(code, app.said.join('\n')).toBe(0)
  await expect(begun.finish()).rejects.toThrow()
})

test('a log that nobody reads any more keeps a gateway neither from serving nor from ending', async () => {
  const app = await start(directory())
  const token = await tokenFor('ada')
  app.deafen()
  expect(await ask(app, token, '{ __typename }')).toEqual({ data: { __typename: 'Query' } })
  expect(await app.end('SIGTERM')).toBe(0)
})

/** Whether nobody listens any more. */
function refuses({ url }: AppProcess): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}
