import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Client, ClientOptions, LiveEvent } from '../src/index.ts'
import { createClient, isClientError } from '../src/index.ts'

async function start() {
  const gateway = await startTestGateway()
  const proxy = await tcpProxy(gateway.url)
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  const connect = async (id: string, options: Partial<ClientOptions> = {}): Promise<Client> => {
    const { token } = await gateway.person(id)
    const client = createClient({ url: gateway.url, token, ...options })
    onTestFinished(() => client.close())
    return client
  }
  return { gateway, proxy, connect, throughProxy: { url: proxy.through(gateway.url) } }
}

type Events = AsyncGenerator<LiveEvent, void, undefined>

/** Listening from now on, once now has been told. */
async function listening(client: Client, threadId?: string, signal?: AbortSignal): Promise<Events> {
  const events = client.listen({ ...(threadId !== undefined && { threadId }), ...(signal && { signal }) })
  expect((await events.next()).value).toMatchObject({ __typename: 'StartEvent', cursor: expect.any(String) })
  return events
}

/** The next texts that are said. */
async function texts(events: Events, count: number): Promise<(string | null | undefined)[]> {
  const found: (string | null | undefined)[] = []
  while (found.length < count) {
    const { value } = await events.next()
    if (!value) throw new Error(`It ended after ${found.join()}.`)
    if (value.__typename === 'MessageEvent') found.push(value.message?.content)
  }
  return found
}

describe('talking', () => {
  test('what one sends the other finds in the history, in its order, and answers', async () => {
    const { connect } = await start()
    const [alice, bob] = [await connect('alice'), await connect('bob')]
    const { message, deduplicated } = await alice.send({ to: 'bob', content: 'Hello, Bob', metadata: { mood: 'good' } })
    expect([message.seq, deduplicated]).toEqual([1, false])
    await bob.send({ to: 'alice', content: 'Hello, Alice', replyTo: message.id })
    const history = await alice.history({ withUser: 'bob' })
    expect(history).toMatchObject([
      { content: 'Hello, Bob', authorId: 'alice', metadata: { mood: 'good' } },
      { content: 'Hello, Alice', authorId: 'bob', replyTo: message.id },
    ])
    expect(await bob.history({ senderId: 'alice', since: new Date(0), limit: 5 })).toEqual([history[0]])
    expect(await alice.history({ since: new Date(Date.now() + 60_000) })).toEqual([])

    const page = await bob.messages(message.threadId, { first: 1 })
    expect(page).toMatchObject({ items: [{ content: 'Hello, Bob' }], hasNext: true })
    expect((await bob.messages(message.threadId, { first: 1, after: page.next })).items).toEqual([history[1]])
    expect((await bob.threads()).items).toMatchObject([{ id: message.threadId, direct: true, messageCount: 2 }])
  })

  test('items that are more than text are sent, and found by their kind', async () => {
    const { connect } = await start()
    const alice = await connect('alice')
    const { message } = await alice.send({ to: 'bob', kind: 'tool_call', data: { name: 'weather' } })
    expect(message).toMatchObject({ kind: 'tool_call', content: null, data: { name: 'weather' } })
    await alice.send({
      to: 'bob',
      parts: [
        { type: 'text', text: 'Look' },
        { type: 'chart', points: [1, 2] },
      ],
    })
    await alice.send({ to: 'bob', kind: 'acme.poll', data: { options: ['a'] } })
    const { items } = await alice.messages(message.threadId, { filter: { kinds: ['tool_call', 'acme.poll'] } })
    expect(items.map(({ kind }) => kind)).toEqual(['tool_call', 'acme.poll'])
    const around = await alice.messages(message.threadId, { first: 1, afterId: message.id })
    expect(around).toMatchObject({ items: [{ parts: [{ text: 'Look' }, { points: [1, 2] }] }], hasNext: true })
  })

  test('sending again with the same id says it once; other words under it are refused', async () => {
    const { connect } = await start()
    const alice = await connect('alice')
    const outgoing = { to: 'bob', content: 'Once', clientId: 'c-1' }
    const [first, second] = await Promise.all([alice.send(outgoing), alice.send(outgoing)])
    expect(second.message).toEqual(first.message)
    expect([first.deduplicated, second.deduplicated].toSorted()).toEqual([false, true])
    await expect(alice.send({ ...outgoing, content: 'Twice' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    expect(await alice.history()).toHaveLength(1)
  })

  test('a message whose answer was lost on the way is sent again and kept once', async () => {
    const { connect, proxy, throughProxy } = await start()
    const alice = await connect('alice', throughProxy)
    const { threadId } = (await alice.send({ to: 'bob', content: 'First' })).message
    proxy.mode('dropReplies')
    const sending = alice.send({ threadId, content: 'Second' })
    await proxy.nextRequest()
    await sleep(100)
    proxy.cut()
    proxy.mode('open')
    expect(await sending).toMatchObject({ message: { seq: 2 }, deduplicated: true })
    expect((await alice.history()).map(({ content }) => content)).toEqual(['First', 'Second'])
  })

  test('people find each other, see who is there, and how far the other has read', async () => {
    const { gateway, connect } = await start()
    const [alice, bob] = [await connect('alice'), await connect('bob')]
    const operator = await gateway.person('operator', ['admin'])
    const create =
      'mutation ($users: [CreateUserRowInput!]!) { createUsers(input: { users: $users }) { userErrors { code } } }'
    await operator.get(create, { users: ['alice', 'bob', 'carol'].map((id) => ({ id })) })
    expect((await alice.users()).items.map(({ id }) => id)).toEqual(['bob', 'carol'])
    expect((await alice.users({ prefix: 'ca' })).items.map(({ id }) => id)).toEqual(['carol'])
    expect(await bob.heartbeat()).toMatchObject({ userId: 'bob', status: 'ONLINE' })
    expect((await alice.presence(['bob', 'carol'])).map(({ status }) => status)).toEqual(['ONLINE', 'OFFLINE'])

    const { threadId } = (await alice.send({ to: 'bob', content: 'Read this' })).message
    await bob.markDelivered(threadId, 1)
    await bob.markRead(threadId, 1)
    expect(await alice.receipts(threadId)).toContainEqual({ userId: 'bob', readSeq: 1, deliveredSeq: 1 })
  })

  test('failures come with their code; after close every call is refused', async () => {
    const { gateway, connect } = await start()
    const [alice, eve] = [await connect('alice'), await connect('eve')]
    const { threadId } = (await alice.send({ to: 'bob', content: 'Hello' })).message
    await expect(eve.messages(threadId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(alice.send({ threadId, content: ' ' })).rejects.toMatchObject({ code: 'INVALID_CONTENT' })
    await expect(eve.listen({ threadId }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const stranger = createClient({ url: gateway.url, token: 'forged' })
    await expect(stranger.history()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(stranger.listen().next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    for (const url of ['localhost', 'ws://localhost:4000'])
      expect(() => createClient({ url, token: 'x' })).toThrow('http://localhost:4000')
    const nobody = createClient({ url: 'http://127.0.0.1:1', token: 'x', attempts: 2 })
    await expect(nobody.history()).rejects.toMatchObject({ code: 'UNAVAILABLE' })

    await Promise.all([alice.close(), alice.close()])
    await expect(alice.history()).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(alice.listen().next()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('what does not come from the gateway', () => {
  /** The first call is answered by something in between, what follows by the gateway. */
  const answering = (answers: readonly Response[]) => {
    const left = [...answers]
    return { fetch: (async (url, init) => left.shift() ?? fetch(url, init)) as typeof fetch }
  }
  const badGateway = () => Response.json({ message: 'Endpoint request timed out' }, { status: 504 })

  test('an answer without data is UNAVAILABLE: questions are asked again, and a change is in doubt', async () => {
    const { connect } = await start()
    const alice = await connect('alice', answering([badGateway(), Response.json(null), new Response('<html>')]))
    expect(await alice.history()).toEqual([])
    const bob = await connect('bob', { ...answering([badGateway()]), attempts: 1 })
    const error = await bob.send({ to: 'alice', content: 'Hello' }).catch((thrown: unknown) => thrown)
    expect(isClientError(error, 'UNAVAILABLE')).toBe(true)
    expect(isClientError(error, 'CLOSED')).toBe(false)
    expect(error).toMatchObject({ retryable: true, maybeCommitted: true })
    expect(await alice.history()).toEqual([])
  })

  test('whoever is to come again later waits that long; an error without a code is INTERNAL', async () => {
    const { connect } = await start()
    const limited = { message: 'Slow down', extensions: { code: 'RATE_LIMITED', retryAfter: 0.3 } }
    const alice = await connect('alice', answering([Response.json({ errors: [limited] }, { status: 429 })]))
    const before = performance.now()
    expect(await alice.history()).toEqual([])
    expect(performance.now() - before).toBeGreaterThanOrEqual(300)
    for (const errors of [[], [{ message: 'Odd' }]]) {
      const bob = await connect('bob', answering([Response.json({ errors })]))
      await expect(bob.history()).rejects.toMatchObject({ code: 'INTERNAL', retryable: false })
    }
  })

  test('a call that waits to be repeated ends with close', async () => {
    const { connect } = await start()
    const limited = { message: 'Slow down', extensions: { code: 'RATE_LIMITED', retryAfter: 600 } }
    const alice = await connect('alice', answering([Response.json({ errors: [limited] }, { status: 429 })]))
    const waiting = expect(alice.history()).rejects.toMatchObject({ code: 'CLOSED' })
    await sleep(100)
    await alice.close()
    await waiting
  })
})

describe('listening', () => {
  test('everything that is said arrives in order, and what was sent tells where to go on', async () => {
    const { connect } = await start()
    const [alice, bob] = [await connect('alice'), await connect('bob')]
    const { message, cursor } = await alice.send({ to: 'bob', content: 'one' })
    const { threadId } = message
    for (const content of ['two', 'three']) await bob.send({ threadId, content })
    const events = alice.listen({ threadId, after: cursor })
    expect(await texts(events, 2)).toEqual(['two', 'three'])
    const next = texts(events, 1)
    await bob.typing(threadId)
    await bob.send({ threadId, content: 'four' })
    expect(await next).toEqual(['four'])
    await events.return()
  })

  test('a connection that is cut again and again loses nothing and repeats nothing', async () => {
    const { connect, proxy, throughProxy } = await start()
    const [alice, bob] = [await connect('alice', throughProxy), await connect('bob')]
    const { threadId } = (await bob.send({ to: 'alice', content: 'before' })).message
    const events = await listening(alice, threadId)
    const all = Array.from({ length: 30 }, (_, i) => `message ${i}`)
    const heard = texts(events, all.length)
    for (const [i, content] of all.entries()) {
      if (i % 10 === 3) proxy.cut({ refuse: true })
      await bob.send({ threadId, content })
      if (i % 10 === 6) proxy.restore()
    }
    expect(await heard).toEqual(all)
    await events.return()
  })

  test('all threads at once: new ones too, across a cut', async () => {
    const { connect, proxy, throughProxy } = await start()
    const [alice, bob, carol] = [await connect('alice', throughProxy), await connect('bob'), await connect('carol')]
    const events = await listening(alice)
    const first = texts(events, 1)
    await bob.send({ to: 'alice', content: 'from Bob' })
    expect(await first).toEqual(['from Bob'])
    proxy.cut({ refuse: true })
    const rest = texts(events, 2)
    await carol.send({ to: 'alice', content: 'from Carol' })
    await bob.send({ to: 'alice', content: 'Bob again' })
    proxy.restore()
    expect((await rest).toSorted()).toEqual(['Bob again', 'from Carol'])
    await events.return()
  })

  test('a connection lost before the first event loses nothing of what was said meanwhile', async () => {
    const { connect, proxy, throughProxy } = await start()
    const [alice, bob] = [await connect('alice', throughProxy), await connect('bob')]
    const { threadId } = (await bob.send({ to: 'alice', content: 'before' })).message
    for (const events of [await listening(alice), await listening(alice, threadId)]) {
      proxy.cut({ refuse: true })
      const heard = texts(events, 2)
      for (const content of ['one', 'two']) await bob.send({ threadId, content })
      proxy.restore()
      expect(await heard).toEqual(['one', 'two'])
      await events.return()
    }
  })

  test('a connection that has gone silent is given up and resumed', async () => {
    const { connect, proxy, throughProxy } = await start()
    const [alice, bob] = [await connect('alice', { ...throughProxy, keepAlive: 200 }), await connect('bob')]
    const { threadId } = (await bob.send({ to: 'alice', content: 'before' })).message
    const events = await listening(alice, threadId)
    const heard = texts(events, 1)
    proxy.mode('dropReplies')
    await bob.send({ threadId, content: 'unheard at first' })
    await sleep(600)
    proxy.mode('open')
    expect(await heard).toEqual(['unheard at first'])
    await events.return()
  })

  test('listening ends with its signal, with close, and when the caller loses the thread', async () => {
    const { gateway, connect } = await start()
    const alice = await connect('alice')
    const bob = { userId: 'bob' }
    const { id: threadId } = await gateway.keep.threads.create(bob, { members: [{ userId: 'alice' }] })
    const controller = new AbortController()
    const bySignal = (await listening(alice, threadId, controller.signal)).next()
    const byClose = (await listening(alice)).next()
    const byLoss = Array.fromAsync(await listening(alice, threadId))
    controller.abort()
    expect(await bySignal).toEqual({ done: true, value: undefined })
    await gateway.keep.threads.removeMember(bob, threadId, 'alice')
    expect(await byLoss).toMatchObject([{ __typename: 'MemberEvent', memberChange: 'REMOVED', userId: 'alice' }])
    expect((await byClose).value).toMatchObject({ __typename: 'MemberEvent' })
    const ended = (await listening(alice)).next()
    await alice.close()
    expect(await ended).toEqual({ done: true, value: undefined })
  })

  test('a token is asked for anew at each connection', async () => {
    const { gateway, connect } = await start()
    const { token } = await gateway.person('alice')
    let asked = 0
    const alice = await connect('alice', {
      token: async () => {
        asked++
        return token
      },
    })
    await alice.history()
    await alice.history()
    expect(asked).toBe(2)
  })
})

test('a gateway that runs the operations of this client alone serves all of them, and no others', async () => {
  const list = readFileSync(new URL('../operations.json', import.meta.url), 'utf8')
  const gateway = await startTestGateway({ registered: JSON.parse(list) as string[] })
  const { token } = await gateway.person('alice')
  const alice = createClient({ url: gateway.url, token })
  onTestFinished(() => alice.close())
  const events = await listening(alice)
  const { message } = await alice.send({ to: 'bob', content: 'Hello' })
  expect(await texts(events, 1)).toEqual(['Hello'])
  expect(await alice.history({ withUser: 'bob' })).toEqual([message])
  await alice.markRead(message.threadId, 1)
  await alice.heartbeat()
  expect((await alice.users()).items).toEqual([])
  await expect(alice.run({ kind: 'query', text: '{ viewer { id } }' }, {})).rejects.toMatchObject({
    code: 'OPERATION_NOT_REGISTERED',
  })
})
