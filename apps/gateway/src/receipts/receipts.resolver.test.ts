import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'
import { say, startThread } from '../../test/talk.ts'

const read = `mutation ($input: MarkReadInput!) {
  markRead(input: $input) { receipt { userId readSeq } unread { count more readSeq } userErrors { code } }
}`

test('reading moves forward only, takes off what is new, and others see it unless it is private', async () => {
  const gateway = await startTestGateway()
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  const threadId = await startThread(alice, { members: ['bob'], says: ['one', 'two'] })
  const three = await say(alice, threadId, 'three')
  const unread = '{ threads { nodes { unread { count more readSeq } } } }'
  expect((await bob.get(unread)).threads.nodes).toEqual([{ unread: { count: 3, more: false, readSeq: 0 } }])

  const first = await bob.get(read, { input: { threadId, seq: 2 } })
  expect(first.markRead).toEqual({
    receipt: { userId: 'bob', readSeq: 2 },
    unread: { count: 1, more: false, readSeq: 2 },
    userErrors: [],
  })
  expect((await bob.get(read, { input: { threadId, seq: 1 } })).markRead.receipt).toEqual({ userId: 'bob', readSeq: 2 })
  expect((await bob.get(read, { input: { threadId } })).markRead.userErrors).toEqual([{ code: 'INVALID' }])

  await bob.get(read, { input: { threadId, messageId: three, private: true } })
  const receipts = 'query ($id: ID!) { thread(id: $id) { receipts { userId readSeq deliveredSeq } } }'
  const delivered = `mutation ($input: MarkDeliveredInput!) {
    markDelivered(input: $input) { receipt { deliveredSeq } userErrors { code } }
  }`
  expect((await bob.get(delivered, { input: { threadId, seq: 3 } })).markDelivered.receipt).toEqual({ deliveredSeq: 3 })
  const { thread } = await alice.get(receipts, { id: threadId })
  expect(thread.receipts).toContainEqual({ userId: 'bob', readSeq: 2, deliveredSeq: 3 })
  expect((await bob.get(unread)).threads.nodes).toEqual([{ unread: { count: 0, more: false, readSeq: 3 } }])
})

test('typing and opinions are for those in the thread', async () => {
  const gateway = await startTestGateway()
  const [alice, bob, eve] = [await gateway.person('alice'), await gateway.person('bob'), await gateway.person('eve')]
  const threadId = await startThread(alice, { members: ['bob'] })
  const id = await say(alice, threadId, 'Good idea?')
  const typing = 'mutation ($input: SetTypingInput!) { setTyping(input: $input) { typing userErrors { code } } }'
  expect((await bob.get(typing, { input: { threadId } })).setTyping).toEqual({ typing: true, userErrors: [] })
  expect((await eve.get(typing, { input: { threadId } })).setTyping.userErrors).toEqual([{ code: 'NOT_FOUND' }])

  const give =
    'mutation ($input: GiveFeedbackInput!) { giveFeedback(input: $input) { messageIds userErrors { code } } }'
  const input = { threadId, messageIds: [id], feedback: 'POSITIVE' }
  expect((await bob.get(give, { input })).giveFeedback).toEqual({ messageIds: [id], userErrors: [] })
  const opinions =
    'query ($threadId: ID!, $id: ID!) { message(threadId: $threadId, id: $id) { feedback { userId feedback } } }'
  expect((await alice.get(opinions, { threadId, id })).message).toEqual({
    feedback: [{ userId: 'bob', feedback: 'POSITIVE' }],
  })
  await bob.get(give, { input: { threadId, messageIds: [id] } })
  expect((await alice.get(opinions, { threadId, id })).message).toEqual({ feedback: [] })
})
