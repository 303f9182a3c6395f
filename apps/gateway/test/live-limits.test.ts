import { localLiveBus, memorySearchIndex, memoryStore } from '@threadkeep/core'
import type { ManualClock } from '@threadkeep/core/store'
import { manualClock } from '@threadkeep/core/store'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { signToken } from '../src/identity/sign-token.ts'
import type { Parsed, TestGateway } from './harness.ts'
import { audience, issuer, secret, startTestGateway, tokenFor } from './harness.ts'

const alice = { userId: 'alice' }
const query = `subscription ($threadId: ID!, $after: Cursor) {
  threadEvents(threadId: $threadId, after: $after) { __typename cursor ... on MessageEvent { seq message { content } } }
}`

/** Machines may be busy: what comes soon may take a while. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 })

/** One subscription, seen as what comes over the wire. */
interface Wire {
  /** What has come: events, and in the end what ended it. */
  readonly got: readonly Parsed[]
  /** Takes nothing more from the wire until told. */
  pause(): void
  resume(): void
  /** How it ended. */
  readonly ended: Promise<unknown>
}

async function overWebSocket({ url }: TestGateway, token: string, variables: object): Promise<Wire> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  onTestFinished(() => socket.terminate())
  const got: Parsed[] = []
  const ended = Promise.withResolvers<unknown>()
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { token } })))
  socket.on('close', (code) => ended.resolve(code))
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }))
    else if (type === 'next') got.push(payload.data.threadEvents)
    else if (type === 'error') ended.resolve(payload[0].extensions)
    else if (type === 'complete') ended.resolve('complete')
  })
  return { got, ended: ended.promise, pause: () => socket.pause(), resume: () => socket.resume() }
}

async function overEvents({ url }: TestGateway, token: string, variables: object): Promise<Wire> {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: controller.signal,
  })
  const got: Parsed[] = []
  let failure: unknown
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  async function read(): Promise<unknown> {
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      await gate.promise
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [event, data] = text
          .slice(0, end)
          .split('\n')
          .map((line) => line.replace(/^\w*: ?/, ''))
        text = text.slice(end + 2)
        if (event === 'complete') return failure ?? 'complete'
        if (event !== 'next') continue
        const { data: answer, errors } = JSON.parse(data!)
        if (errors) failure = errors[0].extensions
        else got.push(answer.threadEvents)
      }
    }
    return 'cut'
  }
  return {
    got,
    ended: read().catch(() => 'aborted'),
    pause() {
      gate = Promise.withResolvers()
    },
    resume: () => gate.resolve(),
  }
}

/** A gateway in whose world time passes when it is told to. */
async function startWithClock(): Promise<{ readonly gateway: TestGateway; readonly clock: ManualClock }> {
  const clock = manualClock()
  const store = memoryStore({ clock })
  const search = memorySearchIndex({ clock })
  const backend = { store, live: localLiveBus(), search, close: () => store.close() }
  return { gateway: await startTestGateway({ backend, clock }), clock }
}

const tokenAt = (clock: ManualClock): Promise<string> =>
  signToken({ userId: 'alice', secret, issuer, audience, issuedAt: clock.now(), lifetime: 60 })

describe.each([
  ['WebSocket', overWebSocket],
  ['server-sent events', overEvents],
])('over %s', (_name, subscribe) => {
  test('a cursor from before what is still kept brings a gap first, and what follows it goes on without another', async () => {
    const { gateway, clock } = await startWithClock()
    const send = `mutation ($content: String!) { sendMessage(input: { threadId: "t", content: $content }) { cursor } }`
    const run = async (text: string, variables = {}) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenAt(clock)}` }
      const body = JSON.stringify({ query: text, variables })
      return ((await (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body })).json()) as Parsed).data
    }
    await run('mutation { createThread(input: { id: "t" }) { thread { id } } }')
    const { cursor } = (await run(send, { content: 'one' })).sendMessage
    await run(send, { content: 'two' })
    clock.advance(8 * 86_400_000)
    const first = await subscribe(gateway, await tokenAt(clock), { threadId: 't', after: cursor })
    await soon(() => first.got.length).toBe(1)
    expect(first.got[0]).toEqual({ __typename: 'GapEvent', cursor: expect.any(String) })
    await run(send, { content: 'three' })
    await soon(() => first.got.length).toBe(2)
    const again = await subscribe(gateway, await tokenAt(clock), { threadId: 't', after: first.got[0].cursor })
    await soon(() => again.got).toEqual([first.got[1]])
    expect(again.got[0]).toMatchObject({ __typename: 'MessageEvent', message: { content: 'three' } })
  })

  test('who takes too little is told where to go on, and nothing is missed there', async () => {
    const gateway = await startTestGateway()
    await gateway.keep.threads.create(alice, { id: 't' })
    const token = await tokenFor('alice')
    const at = { threadId: 't' }
    const [wire, healthy] = [await subscribe(gateway, token, at), await subscribe(gateway, token, at)]
    await soon(() => [wire.got.length, healthy.got.length]).toEqual([1, 1])
    wire.pause()
    const total = 3_000
    const content = 'x'.repeat(9_000)
    for (let n = 100; n <= total; n += 100) {
      await gateway.keep.messages.appendMany(alice, 't', Array(100).fill({ content }))
      await soon(() => healthy.got.length).toBe(1 + n)
    }
    wire.resume()
    const ended = (await wire.ended) as { readonly code: string; readonly cursor: string }
    expect(ended).toEqual({ code: 'SLOW_CONSUMER', cursor: wire.got.at(-1).cursor })
    const rest = await subscribe(gateway, token, { ...at, after: ended.cursor })
    await soon(() => wire.got.length - 1 + rest.got.length).toBe(total)
    const seqs = [...wire.got.slice(1), ...rest.got].map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: total }, (_, n) => n + 1))
  }, 120_000)

  test('it ends when its token does', async () => {
    const { gateway, clock } = await startWithClock()
    await gateway.keep.threads.create(alice, { id: 't' })
    const wire = await subscribe(gateway, await tokenAt(clock), { threadId: 't' })
    await soon(() => wire.got.length).toBe(1)
    clock.advance(70_000)
    expect([4403, 'cut']).toContain(await wire.ended)
  })
})

test('a socket runs twenty operations at a time, and the next one when one of them has ended', async () => {
  const gateway = await startTestGateway()
  await gateway.keep.threads.create(alice, { id: 't' })
  const token = await tokenFor('alice')
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  onTestFinished(() => socket.terminate())
  const got: Parsed[] = []
  const say = (message: object) => socket.send(JSON.stringify(message))
  socket.on('message', (data) => got.push(JSON.parse(String(data))))
  socket.on('open', () => say({ type: 'connection_init', payload: { token } }))
  await soon(() => got.length).toBe(1)
  const subscribe = (id: string) => say({ id, type: 'subscribe', payload: { query, variables: { threadId: 't' } } })
  for (let n = 1; n <= 21; n++) subscribe(`${n}`)
  await soon(() => got.filter(({ type }) => type === 'next').length).toBe(20)
  await expect
    .poll(() => got.filter(({ type }) => type === 'error'))
    .toMatchObject([{ id: '21', payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] }])
  say({ id: '1', type: 'complete' })
  subscribe('22')
  await soon(() => got.some(({ type, id }) => type === 'next' && id === '22')).toBe(true)
})
