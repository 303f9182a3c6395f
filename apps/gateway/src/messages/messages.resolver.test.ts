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
