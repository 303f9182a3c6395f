import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'
import { startThread } from '../../test/talk.ts'

const search = `query ($query: String!, $filter: SearchFilter, $first: Int, $after: Cursor, $context: Int) {
  search(query: $query, filter: $filter, first: $first, after: $after, context: $context) {
    nodes { threadId relevanceScore text highlights { start end } message { authorId author { name } }
      before { content } after { content } }
    nextCursor
    indexedThrough
  }
}`

test('words find the messages of one’s own threads, with relevance, highlights and what stands around', async () => {
  const gateway = await startTestGateway()
  const [alice, eve] = [await gateway.person('alice'), await gateway.person('eve')]
  const threadId = await startThread(alice, { says: ['Good morning', 'My invoice is wrong', 'Thanks'] })
  await startThread(eve, { says: ['Another invoice'] })
  const ask = (variables: object) => alice.get(search, { query: 'invoice', ...variables })

  await expect.poll(async () => (await ask({})).search.nodes.length).toBe(1)
  const [found] = (await ask({ context: 1 })).search.nodes
  expect(found).toMatchObject({
    ...{ threadId, text: 'My invoice is wrong', highlights: [{ start: 3, end: 10 }] },
    ...{ message: { authorId: 'alice' }, before: [{ content: 'Good morning' }], after: [{ content: 'Thanks' }] },
  })
  expect(found.relevanceScore > 0 && found.relevanceScore <= 1).toBe(true)
  expect((await ask({ filter: { userIds: ['eve'] } })).search.nodes).toEqual([])
  expect((await ask({ filter: { from: '2999-01-01T00:00:00Z' } })).search.nodes).toEqual([])
  expect((await ask({ query: 'inv' })).search.nodes).toHaveLength(1)
})

test('pages continue at the cursor without repeating anything', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  await startThread(alice, { says: ['red apple', 'green apple', 'apple pie'] })
  const ask = (variables: object) => alice.get(search, { query: 'apple', ...variables })
  await expect.poll(async () => (await ask({})).search.nodes.length).toBe(3)
  const first = (await ask({ first: 2 })).search
  const second = (await ask({ first: 2, after: first.nextCursor })).search
  const texts = [...first.nodes, ...second.nodes].map(({ text }) => text)
  expect(texts.toSorted()).toEqual(['apple pie', 'green apple', 'red apple'])
  expect(second.nextCursor).toBeNull()
})

test("everyone's messages are for the scope search:any, and the look is on record", async () => {
  const gateway = await startTestGateway()
  const [alice, boss] = [await gateway.person('alice'), await gateway.person('boss', ['search:any'])]
  await startThread(alice, { says: ['a technical issue'] })
  const variables = { query: 'technical', filter: { anyUser: true } }
  await expect.poll(async () => (await boss.get(search, variables)).search.nodes.length).toBe(1)
  expect((await alice.ask(search, variables)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
  expect((await alice.ask(search, { query: 'a', first: 101 })).errors?.[0]?.extensions['code']).toBe('INVALID_LIMIT')

  const admin = await gateway.person('root', ['admin'])
  const audit =
    '{ auditRecords(action: "search.any", first: 1) { nodes { actorId action details } pageInfo { hasNextPage } } }'
  const { auditRecords } = await admin.get(audit)
  expect(auditRecords.nodes).toMatchObject([{ actorId: 'boss', action: 'search.any' }])
  expect((await alice.ask(audit)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
})
