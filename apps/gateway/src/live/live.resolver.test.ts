import { expect, test } from 'vitest'
import { socketClient, startTestGateway } from '../../test/harness.ts'
import { say, startThread } from '../../test/talk.ts'

test('the cursor of a thread resumes right after what has happened', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const id = await startThread(alice, { says: ['before'] })
  const { thread } = await alice.get('query ($id: ID!) { thread(id: $id) { cursor } }', { id })
  await say(alice, id, 'after')
  const events = socketClient(gateway, alice.token).iterate({
    query: `subscription ($id: ID!, $after: Cursor) {
      threadEvents(threadId: $id, after: $after) { ... on MessageEvent { message { content } } }
    }`,
    variables: { id, after: thread.cursor },
  })
  const { value } = await events.next()
  expect(value).toEqual({ data: { threadEvents: { message: { content: 'after' } } } })
  await events.return?.()
})
