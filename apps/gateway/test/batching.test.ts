import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@threadkeep/adapters'
import { openBackend } from '@threadkeep/adapters'
import { memoryBlobStore } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Person } from './harness.ts'
import { memoryBackend, startTestGateway } from './harness.ts'

const [alice, bob] = [{ userId: 'alice' }, { userId: 'bob' }]

/** A backend whose store tells of every call that reaches it. */
function counting(backend: Backend): { readonly backend: Backend; readonly calls: string[] } {
  const calls: string[] = []
  const { get, list, commit } = backend.store
  const store: Store = {
    ...backend.store,
    get(at, options) {
      calls.push(`get ${at.length}: ${at[0]?.collection} …`)
      return get(at, options)
    },
    list(collection, range, options) {
      calls.push(`list ${collection}`)
      return list(collection, range, options)
    },
    commit(changes, options) {
      calls.push(`commit ${changes.length}: ${changes[0]?.at.collection} …`)
      return commit(changes, options)
    },
  }
  return { backend: { ...backend, store }, calls }
}

async function sqliteBackend(): Promise<Backend> {
  const directory = mkdtempSync(join(tmpdir(), 'threadkeep-batching-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return openBackend({ store: `sqlite:${join(directory, 'threadkeep.db')}`, external: true })
}

/** A gateway with 20 threads, each with an attachment, an edit and an opinion. Answers what counts the store calls of a query. */
async function start(plain: Backend) {
  const { backend, calls } = counting({ ...plain, blobs: memoryBlobStore() })
  const gateway = await startTestGateway({ backend, maxCost: 1_000_000 })
  const { keep } = gateway
  for (const one of [alice, bob]) await keep.users.create(one, one.userId)
  for (let n = 0; n < 20; n++) {
    const { id } = await keep.threads.create(alice, { members: [bob] })
    const { id: file } = await keep.attachments.create(alice, { name: 'x', mimeType: 'text/plain' })
    await keep.attachments.upload(alice, file, bytes())
    await keep.attachments.complete(alice, file)
    await keep.messages.append(alice, id, { content: 'x' })
    const { message } = await keep.messages.append(bob, id, { content: 'x' })
    await keep.messages.feedback(alice, id, [message.id], 'positive')
    await keep.messages.edit(bob, id, message.id, { content: 'y' })
    await keep.messages.append(alice, id, { content: 'x', attachments: [file] })
  }
  const person = await gateway.person('alice')
  // Whether she is active, and the key of cursors, are known for a while: read once, not for each request.
  await person.get('{ threads(first: 1) { nodes { id cursor } } }')
  return { person, calls, threadId: (await keep.threads.list(alice)).items[0]!.id, keep }
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(2)
}

/** The calls of a query once nothing else is at work. */
async function callsOf(calls: string[], person: Person, query: string): Promise<readonly string[]> {
  // Projections look by themselves now and then.
  await expect
    .poll(async () => {
      calls.length = 0
      await new Promise((resolve) => setTimeout(resolve, 150))
      return calls.length
    })
    .toBe(0)
  await person.get(query)
  return [...calls]
}

const board = `{ threads(first: 20) { nodes {
  id title lastMessage { content author { name } } unread { count } stats { messageCount }
} } }`

describe.each([
  ['memory', async () => memoryBackend()],
  ['SQLite', sqliteBackend],
])('on %s', (_name, open) => {
  test('20 threads with last message, author, unread count and statistics take at most 6 store calls', async () => {
    const { person, calls } = await start(await open())
    expect((await person.get(board)).threads.nodes).toHaveLength(20)
    const made = await callsOf(calls, person, board)
    expect(made.length, made.join('\n')).toBeLessThanOrEqual(6)
  })
})

// `list` reads one collection, and every thread has its own: a list within each of 20 threads is one call for each of them. Nothing
// else grows with the number of things shown.
test.each([
  ['{ threads(first: 20) { nodes { owner { name presence { status } } member { role } cursor } } }', 6, 0],
  [
    '{ threads(first: 20) { nodes { lastMessage { attachments { name download { path } } editHistory { content } thread { id } } } } }',
    8,
    0,
  ],
  ['{ threads(first: 20) { nodes { receipts { userId readSeq } } } }', 3, 20],
  ['{ threads(first: 20) { nodes { members(first: 5) { nodes { user { name } } } } } }', 5, 20],
  ['{ threads(first: 20) { nodes { messages(first: 5) { nodes { author { name } } } } } }', 4, 20],
  ['{ threads(first: 20) { nodes { lastMessage { feedback { userId } } } } }', 6, 20],
])('%s', async (query, calls, lists) => {
  const started = await start(memoryBackend())
  const made = await callsOf(started.calls, started.person, query)
  expect(made.length, made.join('\n')).toBeLessThanOrEqual(calls + lists)
})

test('50 messages of one thread with everything they carry take as few calls as one', async () => {
  const { person, calls, threadId, keep } = await start(memoryBackend())
  for (let n = 0; n < 50; n++) {
    const { message } = await keep.messages.append(bob, threadId, { content: `${n}` })
    await keep.messages.feedback(alice, threadId, [message.id], 'positive')
    await keep.messages.edit(bob, threadId, message.id, { content: 'y' })
  }
  const query = (last: number) => `{ thread(id: "${threadId}") { messages(last: ${last}) { nodes {
    content author { name } thread { title } feedback { userId feedback } editHistory { content } attachments { name }
  } } } }`
  const answer = await person.get(query(50))
  expect(answer.thread.messages.nodes.map(({ feedback }: { feedback: object[] }) => feedback)).toEqual(
    Array(50).fill([{ userId: 'alice', feedback: 'POSITIVE' }]),
  )
  const one = await callsOf(calls, person, query(1))
  const all = await callsOf(calls, person, query(50))
  expect(all.length, all.join('\n')).toBeLessThanOrEqual(one.length)
})

test('many things by their node ids are read together', async () => {
  const { person, calls } = await start(memoryBackend())
  const { threads } = await person.get(
    '{ threads(first: 20) { nodes { nodeId lastMessage { nodeId attachments { nodeId } } } } }',
  )
  for (const pick of [
    (thread: (typeof threads.nodes)[0]) => thread.nodeId,
    (thread: (typeof threads.nodes)[0]) => thread.lastMessage.nodeId,
    (thread: (typeof threads.nodes)[0]) => thread.lastMessage.attachments[0].nodeId,
  ]) {
    const ids = threads.nodes.map(pick)
    const made = await callsOf(calls, person, `{ nodes(nodeIds: ${JSON.stringify(ids)}) { __typename nodeId } }`)
    expect(made.length, made.join('\n')).toBeLessThanOrEqual(3)
  }
})
