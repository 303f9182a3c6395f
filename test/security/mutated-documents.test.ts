import type { TestGateway } from '@threadkeep/gateway/harness'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { describe, expect, test } from 'vitest'
import { post } from './hostile/ask.ts'
import { goodQuestion } from './hostile/bodies.ts'
import { mutate, seeded } from './hostile/mutate.ts'
import type { RawSocket } from './hostile/socket.ts'
import { openSocket } from './hostile/socket.ts'

const seed = Number(process.env['SEED'] ?? 20_260_731)
const documents = [
  '{ threads(first: 5, filter: { title: "x" }) { totalCount nodes { id title messages(last: 3) { nodes { content } } } } }',
  'query q($id: ID!) { thread(id: $id) { ...f lastMessage { content } } } fragment f on Thread { id title members { nodes { role } } }',
  'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { seq } userErrors { code } } }',
  'mutation { createThread(input: { title: "x", metadata: { a: [1, 2.5, null] } }) { thread { id } userErrors { code } } }',
  '{ search(query: "a b", first: 3) { nodes { text relevanceScore highlights { start end } } } }',
  'query ($skip: Boolean = false) { viewer @skip(if: $skip) { id presence { status } } users(prefix: "a") { nodes { name } } }',
]
const variables = [{ id: 'x', input: { threadId: 'x', content: 'hello', metadata: { a: 1 } }, skip: true }, {}]

/** Runs `one` `count` times, eight at a time. */
async function inParallel(count: number, one: (at: number) => Promise<void>): Promise<void> {
  let at = 0
  const lane = async (): Promise<void> => {
    while (at < count) await one(at++)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}

async function assertAlive(gateway: TestGateway, token: string): Promise<void> {
  expect(gateway.reports).toEqual([])
  expect((await post(gateway, token, JSON.stringify({ query: goodQuestion }))).status).toBe(200)
  const socket = await openSocket(gateway, token)
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: goodQuestion } }))
  expect(await socket.next()).toContain('"data"')
  socket.close()
}

describe(`mutations of seed ${seed}`, () => {
  test('2,000 damaged documents and bodies over HTTP and SSE: never a failure of ours', async () => {
    const gateway = await startTestGateway({ production: true, introspection: false })
    const { token } = await gateway.person('eve')
    const random = seeded(seed)
    const statuses: Record<number, number> = {}
    await inParallel(2_000, async (at) => {
      const params = { query: documents[at % documents.length]!, variables: variables[at % 2] }
      const body =
        at % 4 === 0
          ? mutate(JSON.stringify(params), random)
          : JSON.stringify({ ...params, query: mutate(params.query, random) })
      const { status, text } = await post(gateway, token, body, at % 3 === 0 ? { accept: 'text/event-stream' } : {})
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status >= 500 || text.includes('"INTERNAL"')) throw new Error(`${status} for ${body}: ${text}`)
    })
    expect(Object.keys(statuses).map(Number).sort()).toEqual([200, 400])
    await assertAlive(gateway, token)
  })

  test('5,000 damaged documents over WebSocket: never a failure of ours', async () => {
    const gateway = await startTestGateway({ production: true, introspection: false })
    const { token } = await gateway.person('eve')
    const random = seeded(seed + 1)
    const socket = await openSocket(gateway, token)
    for (let at = 0; at < 5_000; at++) {
      const query = mutate(documents[at % documents.length]!, random)
      socket.send(JSON.stringify({ type: 'subscribe', id: `o${at}`, payload: { query, variables: variables[at % 2] } }))
      for (let text = await socket.next(); !/"type":"(complete|error)"/.test(text); text = await socket.next())
        if (/^closed|"INTERNAL"/.test(text)) throw new Error(`${text} for ${query}`)
    }
    socket.close()
    await assertAlive(gateway, token)
  })

  test('3,000 damaged frames: a socket is answered or closed, never left hanging, and the gateway stays', async () => {
    const gateway = await startTestGateway({ production: true, introspection: false })
    const { token } = await gateway.person('eve')
    const random = seeded(seed + 2)
    let socket: RawSocket | undefined
    for (let at = 0; at < 3_000; at++) {
      socket ??= await openSocket(gateway, token)
      const query = documents[at % documents.length]!
      const frame = mutate(
        JSON.stringify({ type: 'subscribe', id: `o${at}`, payload: { query, variables: {} } }),
        random,
      )
      socket.send(at % 5 === 0 ? Buffer.from(frame, 'latin1') : frame)
      // Whatever it was, a ping is answered after it unless it has ended the socket.
      socket.send(JSON.stringify({ type: 'ping' }))
      for (let text = await socket.next(); !text.includes('"type":"pong"'); text = await socket.next()) {
        if (text.includes('"INTERNAL"') || /^closed (1011|4500)/.test(text)) throw new Error(`${text} for ${frame}`)
        if (text.startsWith('closed')) {
          socket = undefined
          break
        }
      }
    }
    socket?.close()
    await assertAlive(gateway, token)
  })
})
