import { localRateLimiter, memoryBlobStore } from '@threadkeep/core'
import { manualClock } from '@threadkeep/core/store'
import { expect, onTestFinished, test } from 'vitest'
import type { Person, TestGateway } from './harness.ts'
import { memoryBackend, socketClient, startTestGateway } from './harness.ts'

const question = '{ rateLimit { cost remaining resetAt } viewer { id } }'

/** A gateway at which points come back one a second, by a clock that stands still. */
async function start(capacity: number, maxCost = 2_000) {
  const clock = manualClock(Date.now())
  const rateLimiter = localRateLimiter({ capacity, refillPerSecond: 1, clock })
  onTestFinished(() => rateLimiter.close())
  const backend = { ...memoryBackend(), blobs: memoryBlobStore() }
  return { clock, gateway: await startTestGateway({ backend, rateLimiter, clock, maxCost }) }
}

function get(gateway: TestGateway, path: string, { token }: Person): Promise<Response> {
  return fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } })
}

async function remaining(person: Person): Promise<number> {
  const { rateLimit } = await person.get(question)
  // What was left before this very question.
  return rateLimit.remaining + rateLimit.cost
}

test('everybody has points of their own, sees what is left, and gets them back in time', async () => {
  const { gateway, clock } = await start(10, 10)
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  const resetAt = new Date(clock.now() + 2_000).toISOString()
  expect(await alice.get(question)).toEqual({ rateLimit: { cost: 2, remaining: 8, resetAt }, viewer: null })
  for (let n = 0; n < 4; n++) await alice.get(question)
  const { errors } = await alice.ask(question)
  expect(errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED', cost: 2, remaining: 0, retryAfter: 2 })
  expect((await bob.get(question)).rateLimit.remaining).toBe(8)
  clock.advance(2_000)
  expect((await alice.get(question)).rateLimit.remaining).toBe(0)
})

test('no way in is cheaper than another: HTTP, WebSocket, SSE and subscriptions are refused alike', async () => {
  const { gateway } = await start(2, 2)
  const alice = await gateway.person('alice')
  await alice.get(question)
  const post = (accept: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept, authorization: `Bearer ${alice.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: question }),
    })
  const plain = await post('application/json')
  expect([plain.status, plain.headers.get('retry-after')]).toEqual([429, '2'])
  const texts = [await plain.text(), await (await post('text/event-stream')).text()]
  for (const query of [question, 'subscription { viewerEvents { cursor } }']) {
    const answers = socketClient(gateway, alice.token).iterate({ query })
    const told = await answers.next().then(
      ({ value }) => value,
      (errors: unknown) => errors,
    )
    texts.push(JSON.stringify(told))
  }
  for (const text of texts) expect(text).toContain('"RATE_LIMITED"')
})

test('an operation that asks for more than one may cost is refused before it is charged', async () => {
  const { gateway } = await start(2_000)
  const alice = await gateway.person('alice')
  const before = await remaining(alice)
  const { errors } = await alice.ask('{ threads(first: 100) { nodes { messages(first: 100) { nodes { id } } } } }')
  expect(errors?.[0]?.extensions['code']).toBe('OPERATION_TOO_LARGE')
  expect(await remaining(alice)).toBe(before - 2)
})

test('exports and files cost points, too', async () => {
  const { gateway } = await start(2_000)
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  const { createAttachment } = await alice.get(
    'mutation ($input: CreateAttachmentInput!) { createAttachment(input: $input) { attachment { id } uploadPath } }',
    { input: { name: 'a.txt', mimeType: 'text/plain' } },
  )
  const { id } = createAttachment.attachment
  const upload = () =>
    fetch(gateway.url + createAttachment.uploadPath, {
      method: 'PUT',
      headers: { authorization: `Bearer ${alice.token}` },
      body: 'hello',
    })
  const before = await remaining(alice)
  expect((await upload()).status).toBe(204)
  expect(await remaining(alice)).toBe(before - 2 - 100)
  await alice.get('mutation ($id: ID!) { completeAttachment(input: { id: $id }) { userErrors { code } } }', { id })
  const { attachment } = await alice.get('query ($id: ID!) { attachment(id: $id) { download { path } } }', { id })

  expect((await get(gateway, '/export', alice)).status).toBe(200)
  const refused = await get(gateway, '/export', alice)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', cost: 1_000 } }] })
  expect((await get(gateway, '/export', bob)).status).toBe(200)

  // Without a token it is the file that is read so often, not somebody who asks.
  let reads = 0
  for (; (await fetch(gateway.url + attachment.download.path)).status === 200; reads++);
  expect(reads).toBe(100)
  const left = await remaining(alice)
  expect((await get(gateway, attachment.download.path, alice)).status).toBe(200)
  expect(await remaining(alice)).toBe(left - 2 - 20)
  // Refused or not, whoever tries pays.
  await expect.poll(async () => (await upload()).status, { interval: 0 }).toBe(429)
})

test('a limiter that cannot be reached lets everybody in, and the operator hears of it', async () => {
  const take = () => Promise.reject(new Error('redis://somewhere is away'))
  const rateLimiter = { ...localRateLimiter({ capacity: 10, refillPerSecond: 1 }), take }
  const gateway = await startTestGateway({ rateLimiter, maxCost: 10 })
  const alice = await gateway.person('alice')
  expect(await alice.get(question)).toEqual({ rateLimit: { cost: 2, remaining: null, resetAt: null }, viewer: null })
  expect((await get(gateway, '/export', alice)).status).toBe(200)
  expect(gateway.reports.length).toBe(2)
})
