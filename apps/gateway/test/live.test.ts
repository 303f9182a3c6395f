import { createClient as createEventClient } from 'graphql-sse'
import type { Client } from 'graphql-ws'
import { describe, expect, test } from 'vitest'
import type { Parsed, Person, TestGateway } from './harness.ts'
import { socketClient, startTestGateway } from './harness.ts'

const subscription = `subscription ($threadId: ID!, $after: Cursor) {
  threadEvents(threadId: $threadId, after: $after) {
    __typename cursor ... on MessageEvent { change eventSeq message { seq content } }
  }
}`

async function newThread(owner: Person, ...members: string[]): Promise<string> {
  const input = { members: members.map((userId) => ({ userId })) }
  const query = 'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }'
  return (await owner.get(query, { input })).createThread.thread.id
}

async function send(person: Person, threadId: string, content: string): Promise<string> {
  const query = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor userErrors { message } } }'
  return (await person.get(query, { input: { threadId, content } })).sendMessage.cursor
}

function eventClient(gateway: TestGateway, { token }: Person) {
  return createEventClient({
    url: `${gateway.url}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  })
}

const clients = {
  WebSocket: (gateway: TestGateway, person: Person) => socketClient(gateway, person.token) as Pick<Client, 'iterate'>,
  'server-sent events': (gateway: TestGateway, person: Person) =>
    eventClient(gateway, person) as unknown as Pick<Client, 'iterate'>,
}

async function take(events: AsyncIterableIterator<Parsed>, count: number): Promise<Parsed[]> {
  const taken: Parsed[] = []
  while (taken.length < count) {
    const { value, done } = await events.next()
    if (done) throw new Error(`The stream ended after ${taken.length} of ${count} events.`)
    if (value.errors) throw new Error(JSON.stringify(value.errors))
    taken.push(value.data.threadEvents)
  }
  return taken
}

const contents = (events: readonly Parsed[]) => events.map((event) => event.message?.content)

describe.each(Object.entries(clients))('over %s', (_name, connect) => {
  test('the own write resumes a subscription: what follows comes in order, without gap or duplicate', async () => {
    const gateway = await startTestGateway()
    const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
    const threadId = await newThread(alice, 'bob')
    const cursor = await send(alice, threadId, 'one')
    await send(alice, threadId, 'two')
    const events = connect(gateway, bob).iterate({ query: subscription, variables: { threadId, after: cursor } })
    const first = await take(events, 1)
    await send(alice, threadId, 'three')
    await send(bob, threadId, 'four')
    const rest = await take(events, 2)
    expect(contents([...first, ...rest])).toEqual(['two', 'three', 'four'])
    await events.return?.()

    const again = connect(gateway, bob).iterate({
      query: subscription,
      variables: { threadId, after: rest[0].cursor },
    })
    expect(contents(await take(again, 1))).toEqual(['four'])
    await again.return?.()
  })

  test('a subscription without a cursor first tells where it starts, and resumes there', async () => {
    const gateway = await startTestGateway()
    const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
    const threadId = await newThread(alice, 'bob')
    await send(alice, threadId, 'before')
    const first = connect(gateway, bob).iterate({ query: subscription, variables: { threadId } })
    const [start] = await take(first, 1)
    expect(start).toEqual({ __typename: 'StartEvent', cursor: expect.any(String) })
    await first.return?.()
    const all = connect(gateway, bob).iterate({
      query: 'subscription { threadEvents: viewerEvents { __typename cursor } }',
    })
    const [startOfAll] = await take(all, 1)
    expect(startOfAll).toEqual({ __typename: 'StartEvent', cursor: expect.any(String) })
    await all.return?.()

    for (const content of ['one', 'two']) await send(alice, threadId, content)
    const again = connect(gateway, bob).iterate({
      query: subscription,
      variables: { threadId, after: start.cursor },
    })
    expect(contents(await take(again, 2))).toEqual(['one', 'two'])
    await again.return?.()
    const allAgain = connect(gateway, bob).iterate({
      query: `subscription ($after: Cursor) {
        threadEvents: viewerEvents(after: $after) { ... on MessageEvent { message { content } } }
      }`,
      variables: { after: startOfAll.cursor },
    })
    expect(contents(await take(allAgain, 2))).toEqual(['one', 'two'])
    await allAgain.return?.()
  })

  test('a removed member hears of it and then nothing more', async () => {
    const gateway = await startTestGateway()
    const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
    const threadId = await newThread(alice, 'bob')
    const after = await send(alice, threadId, 'one')
    const events = connect(gateway, bob).iterate({ query: subscription, variables: { threadId, after } })
    const second = await send(alice, threadId, 'two')
    expect(second).toBe((await take(events, 1))[0].cursor)
    const next = take(events, 1)
    await gateway.keep.threads.removeMember({ userId: 'alice' }, threadId, 'bob')
    await send(alice, threadId, 'not for bob')
    expect((await next)[0]).toMatchObject({ __typename: 'MemberEvent' })
    expect(await events.next()).toMatchObject({ done: true })
  })

  test('a stranger gets the same answer as for a thread that is not there', async () => {
    const gateway = await startTestGateway()
    const [alice, eve] = [await gateway.person('alice'), await gateway.person('eve')]
    const threadId = await newThread(alice)
    const failure = async (id: string) => {
      const events = connect(gateway, eve).iterate({ query: subscription, variables: { threadId: id } })
      return events.next().then(
        ({ value }) => (value as Parsed).errors,
        (errors) => errors,
      )
    }
    const foreign = await failure(threadId)
    expect(foreign).toEqual(await failure('nothing'))
    expect(foreign[0].extensions).toEqual({ code: 'NOT_FOUND' })
  })

  test('queries and mutations are answered too', async () => {
    const gateway = await startTestGateway()
    const alice = await gateway.person('alice')
    await newThread(alice)
    const answers = connect(gateway, alice).iterate({ query: '{ threads { totalCount nodes { title } } }' })
    expect((await answers.next()).value).toEqual({
      data: { threads: { totalCount: null, nodes: [{ title: 'New conversation' }] } },
    })
    expect((await answers.next()).done).toBe(true)
  })
})
