import { expect, test } from 'vitest'
import type { Person } from '../../test/harness.ts'
import { startTestGateway } from '../../test/harness.ts'

async function create(person: Person, input: Record<string, unknown> = {}) {
  const query = `mutation ($input: CreateThreadInput!) {
    createThread(input: $input) { thread { id title metadata version retention { maxAgeSeconds maxMessages } } userErrors { code } }
  }`
  return (await person.get(query, { input })).createThread
}

const update = `mutation ($input: UpdateThreadInput!) {
  updateThread(input: $input) {
    thread { title metadata version retention { maxAgeSeconds maxMessages } } userErrors { code }
  }
}`

test('an update merges metadata, or replaces it when told so, and refuses what is no longer at its version', async () => {
  const alice = await (await startTestGateway()).person('alice')
  const { thread } = await create(alice, { title: 'Plans', metadata: { a: 1, b: { c: 2, d: 3 } } })
  const change = async (input: Record<string, unknown>) =>
    (await alice.get(update, { input: { threadId: thread.id, ...input } })).updateThread

  const merged = await change({ metadata: { a: null, b: { c: 4 } } })
  expect(merged.thread).toMatchObject({ title: 'Plans', metadata: { b: { c: 4, d: 3 } } })
  const replaced = await change({ metadata: { b: { e: 5 } }, replace: true })
  expect(replaced.thread).toMatchObject({ title: 'Plans', metadata: { b: { e: 5 } } })
  expect(await change({ title: 'Late', version: merged.thread.version })).toEqual({
    thread: null,
    userErrors: [{ code: 'CONFLICT' }],
  })
  expect((await change({ metadata: null })).thread).toMatchObject({ title: 'Plans', metadata: {} })
})

test('what leaves a thread by itself is said in seconds, parts of them too, and taken back with null', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  const { thread } = await create(alice, { retention: { maxAgeSeconds: 60.5, maxMessages: 10 } })
  expect(thread.retention).toEqual({ maxAgeSeconds: 60.5, maxMessages: 10 })
  const input = { threadId: thread.id, retention: null }
  expect((await alice.get(update, { input })).updateThread.thread.retention).toBeNull()
})

test('the list of threads is sorted, filtered and continued by cursor or by id', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  for (const id of ['a', 'b', 'c']) await create(alice, { id, title: `Thread ${id}`, metadata: { team: id } })
  const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }'
  await alice.get(send, { input: { threadId: 'a', content: 'the latest' } })
  const archive = 'mutation { archiveThread(input: { threadId: "b" }) { member { archived } } }'
  expect((await alice.get(archive)).archiveThread.member.archived).toBe(true)
  const list = async (args: string) => {
    const { threads } = await alice.get(`{ threads${args} { nodes { id } pageInfo { endCursor } } }`)
    return threads.nodes.map(({ id }: { id: string }) => id).join('')
  }
  expect(await list('')).toBe('ac')
  expect(await list('(sort: MESSAGES, direction: ASC, filter: { anyArchived: true })')).toMatch(/^[bc]{2}a$/)
  expect(await list('(filter: { archived: true })')).toBe('b')
  expect(await list('(filter: { title: "THREAD C" })')).toBe('c')
  expect(await list('(filter: { metadata: { team: "a" }, status: [ACTIVE], direct: false })')).toBe('a')
  const created = 'sort: CREATED, direction: ASC, filter: { anyArchived: true }'
  expect(await list(`(${created}, afterId: "a")`)).toBe('bc')
  const { threads } = await alice.get(`{ threads(${created}, first: 1) { pageInfo { endCursor hasNextPage } } }`)
  expect(await list(`(${created}, after: "${threads.pageInfo.endCursor}")`)).toBe('bc')
})

test('a thread is locked, forked, cut, deleted and brought back', async () => {
  const alice = await (await startTestGateway()).person('alice')
  const { thread } = await create(alice, { id: 't' })
  const run = async (mutation: string) => Object.values(await alice.get(`mutation { ${mutation} }`))[0]
  const ids: string[] = []
  for (const content of ['one', 'two', 'three'])
    ids.push(
      (await alice.get(`mutation { sendMessage(input: { threadId: "t", content: "${content}" }) { message { id } } }`))
        .sendMessage.message.id,
    )
  expect(
    await run(
      'setThreadStatus(input: { threadId: "t", status: LOCKED, reason: "done" }) { thread { status { type reason } } }',
    ),
  ).toEqual({ thread: { status: { type: 'LOCKED', reason: 'done' } } })
  expect(await run('sendMessage(input: { threadId: "t", content: "x" }) { userErrors { code } }')).toEqual({
    userErrors: [{ code: 'THREAD_LOCKED' }],
  })
  await run('setThreadStatus(input: { threadId: "t", status: ACTIVE }) { thread { id } }')
  expect(
    await run(
      `forkThread(input: { threadId: "t", messageId: "${ids[1]}", thread: { id: "f" } }) {
        thread { messageCount forkedFromThreadId forkedFromMessageId eventSeq }
      }`,
    ),
  ).toMatchObject({ thread: { messageCount: 2, forkedFromThreadId: 't', forkedFromMessageId: ids[1] } })
  expect(
    await run(
      `truncateThread(input: { threadId: "t", messageId: "${ids[0]}" }) { removedCount thread { messageCount } }`,
    ),
  ).toEqual({ removedCount: 2, thread: { messageCount: 1 } })
  expect(await run('deleteThread(input: { threadId: "t" }) { deletedThreadId }')).toEqual({ deletedThreadId: 't' })
  expect((await alice.ask('{ thread(id: "t") { id } }')).errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' })
  expect(await run('restoreThread(input: { threadId: "t" }) { thread { id deletedAt } }')).toEqual({
    thread: { id: thread.id, deletedAt: null },
  })
  const hold = await alice.ask('mutation { setLegalHold(input: { threadId: "t", held: true }) { thread { id } } }')
  expect(hold.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' })
})
