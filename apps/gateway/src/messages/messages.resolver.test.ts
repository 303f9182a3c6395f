import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'

const createThread =
  'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } userErrors { code } } }'
const send = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id seq content } thread { messageCount } deduplicated cursor userErrors { code message } }
}`

test('a message that was sent is read back by the members, and the same client id answers the first result', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const bob = await gateway.person('bob')
  const { createThread: made } = await alice.get(createThread, {
    input: { title: 'Plans', members: [{ userId: 'bob' }] },
  })
  const threadId = made.thread.id

  const input = { threadId, content: 'Hello, Bob', clientId: 'c-1' }
  const { sendMessage: first } = await alice.get(send, { input })
  expect(first).toMatchObject({
    message: { seq: 1, content: 'Hello, Bob' },
    thread: { messageCount: 1 },
    deduplicated: false,
    cursor: expect.any(String),
    userErrors: [],
  })
  const { sendMessage: second } = await alice.get(send, { input })
  expect(second).toEqual({ ...first, deduplicated: true })

  const { threads } = await bob.get(
    '{ threads { nodes { title lastMessage { content } messages(last: 10) { totalCount nodes { authorId parts } pageInfo { hasNextPage } } } } }',
  )
  expect(threads.nodes).toEqual([
    {
      title: 'Plans',
      lastMessage: { content: 'Hello, Bob' },
      messages: {
        totalCount: 1,
        nodes: [{ authorId: 'alice', parts: [{ type: 'text', text: 'Hello, Bob' }] }],
        pageInfo: { hasNextPage: false },
      },
    },
  ])
})

test('what the user can mend comes as userErrors; missing and foreign threads are the same answer', async () => {
  const gateway = await startTestGateway()
  const [alice, eve] = [await gateway.person('alice'), await gateway.person('eve')]
  const { createThread: made } = await alice.get(createThread, { input: {} })
  const blank = await alice.get(send, { input: { threadId: made.thread.id, content: '  ' } })
  expect(blank.sendMessage).toMatchObject({ message: null, userErrors: [{ code: 'INVALID_CONTENT' }] })

  const query = 'query ($id: ID!) { thread(id: $id) { id } }'
  const foreign = await eve.ask(query, { id: made.thread.id })
  const missing = await eve.ask(query, { id: 'nothing' })
  expect(foreign).toEqual(missing)
  expect(missing.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' })
})

test('items of every kind are sent, filtered and changed; kinds nobody knows come back as they were given', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const threadId = (await alice.get(createThread, { input: {} })).createThread.thread.id
  const say = `mutation ($input: SendMessageInput!) {
    sendMessage(input: $input) { message { id kind data content } userErrors { code } }
  }`
  const call = { kind: 'tool_call', data: { name: 'weather', arguments: { city: 'Bern' } } }
  const own = { kind: 'acme.poll', data: { options: ['a', 'b'], 'odd key': null } }
  const { message } = (await alice.get(say, { input: { threadId, ...call } })).sendMessage
  expect(message).toMatchObject({ ...call, content: null })
  for (const item of [own, { content: 'words' }]) await alice.get(say, { input: { threadId, ...item } })
  const refused = { threadId, kind: 'tool_call', data: { city: 'Bern' } }
  expect((await alice.get(say, { input: refused })).sendMessage).toMatchObject({
    message: null,
    userErrors: [{ code: 'INVALID_CONTENT' }],
  })
  const unnamable = { threadId, kind: 'Not A Kind', content: 'x' }
  expect((await alice.get(say, { input: unnamable })).sendMessage.userErrors).toEqual([{ code: 'INVALID' }])

  const list = `query ($id: ID!, $filter: MessageFilter) {
    thread(id: $id) { messages(filter: $filter) { nodes { kind data } } }
  }`
  const { thread } = await alice.get(list, { id: threadId, filter: { kinds: ['acme.poll', 'tool_call'] } })
  expect(thread.messages.nodes).toEqual([call, own])

  const edit = 'mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { kind data } } }'
  const input = { threadId, messageId: message.id, kind: 'acme.result', data: { degrees: 21 } }
  expect((await alice.get(edit, { input })).editMessage.message).toEqual({ kind: 'acme.result', data: { degrees: 21 } })
})

test('earlier states of a message come in stretches, however often it was edited', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const threadId = (await alice.get(createThread, { input: {} })).createThread.thread.id
  const { message } = (await alice.get(send, { input: { threadId, content: '1' } })).sendMessage
  for (let n = 2; n <= 13; n++)
    await gateway.keep.messages.edit({ userId: 'alice' }, threadId, message.id, { content: `${n}` })
  const states = async (args: string) => {
    const query = `{ message(threadId: "${threadId}", id: "${message.id}") { edits editHistory${args} { content } } }`
    const answer = (await alice.get(query)).message
    return [answer.edits, answer.editHistory.map(({ content }: { content: string }) => content).join(' ')]
  }
  expect(await states('')).toEqual([12, '3 4 5 6 7 8 9 10 11 12'])
  expect(await states('(before: 3)')).toEqual([12, '1 2'])
  expect(await states('(last: 2, before: null)')).toEqual([12, '11 12'])
  const { errors } = await alice.ask(
    `{ message(threadId: "${threadId}", id: "${message.id}") { editHistory(last: 101) { content } } }`,
  )
  expect(errors?.[0]?.extensions['code']).toBe('INVALID_LIMIT')
})

test('a page starts or ends at a message named by its id, or around it, also when that is deleted', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const threadId = (await alice.get(createThread, { input: {} })).createThread.thread.id
  const ids: string[] = []
  for (const content of ['1', '2', '3', '4', '5'])
    ids.push((await alice.get(send, { input: { threadId, content } })).sendMessage.message.id)
  await gateway.keep.messages.delete({ userId: 'alice' }, threadId, ids[2]!)
  const page = async (args: string) => {
    const { thread } = await alice.get(
      `{ thread(id: "${threadId}") { messages(${args}) { nodes { content } pageInfo { hasPreviousPage hasNextPage } } } }`,
    )
    const { nodes, pageInfo } = thread.messages
    return [nodes.map(({ content }: { content: string }) => content).join(''), ...Object.values(pageInfo)]
  }
  expect(await page(`first: 1, afterId: "${ids[2]}"`)).toEqual(['4', true, true])
  expect(await page(`last: 5, beforeId: "${ids[2]}"`)).toEqual(['12', false, true])
  expect(await page(`first: 2, around: "${ids[1]}"`)).toEqual(['12', false, true])
  const { errors } = await alice.ask(`{ thread(id: "${threadId}") { messages(afterId: "none") { nodes { id } } } }`)
  expect(errors?.[0]?.extensions['code']).toBe('NOT_FOUND')
})
