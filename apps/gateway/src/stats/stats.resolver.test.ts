import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'
import { startThread } from '../../test/talk.ts'

test('counts of people, threads and everything are for those who may see them', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const thread = await startThread(alice, { says: ['one', 'three'] })
  const [operator, eve] = [await gateway.person('operator', ['stats:system']), await gateway.person('eve')]

  const own = '{ userStats { totalThreads totalMessages authoredMessages averageMessagesPerThread } }'
  await expect
    .poll(async () => (await alice.get(own)).userStats)
    .toEqual({ totalThreads: 1, totalMessages: 2, authoredMessages: 2, averageMessagesPerThread: 2 })
  const stats = '{ messageCount byRole { user assistant } averageLength responseTimeMedianMs asOf }'
  const query = `query ($id: ID!) { threadStats(threadId: $id) ${stats} thread(id: $id) { stats ${stats} } }`
  const found = await alice.get(query, { id: thread })
  expect(found.threadStats).toEqual({
    ...{ messageCount: 2, byRole: { user: 2, assistant: 0 }, averageLength: 4, responseTimeMedianMs: null },
    asOf: expect.any(String),
  })
  expect(found.thread.stats).toMatchObject({ messageCount: 2, averageLength: 4 })

  const system = '{ systemStats { totalThreads totalMessages storageBytes } }'
  expect((await operator.get(system)).systemStats).toMatchObject({ totalThreads: 1, totalMessages: 2 })
  expect((await eve.ask(system)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
  expect((await eve.ask('{ userStats(userId: "alice") { totalThreads } }')).errors?.[0]?.extensions['code']).toBe(
    'FORBIDDEN',
  )
  expect((await eve.ask(query, { id: thread })).errors?.[0]?.extensions['code']).toBe('NOT_FOUND')
})

test('messages of each day come with the days without any, and a recount finds nothing wrong', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const id = await startThread(alice, { says: ['one'] })
  const day = 86_400_000
  const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * day).toISOString())
  const query = `query ($id: ID, $from: DateTime!, $to: DateTime!) {
    messagesPerDay(threadId: $id, from: $from, to: $to) { day messages }
  }`
  const today = new Date().toISOString().slice(0, 10)
  await expect
    .poll(async () => (await alice.get(query, { id, from, to })).messagesPerDay)
    .toContainEqual({ day: today, messages: 1 })
  expect((await alice.ask(query, { from, to })).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')

  const recount = 'mutation { reconcileStats(input: {}) { drifts { what } userErrors { code } } }'
  const admin = await gateway.person('root', ['admin'])
  expect((await admin.get(recount)).reconcileStats).toEqual({ drifts: [], userErrors: [] })
  expect((await alice.ask(recount)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
})
