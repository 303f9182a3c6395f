import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@threadkeep/adapters'
import { openBackend } from '@threadkeep/adapters'
import { memoryBlobStore } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { isObjectType } from 'graphql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildGatewaySchema } from '../src/schema/build-schema.ts'
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

/** A store whose reads take their time, each another one: answers come in any order, as from a database. */
function uneven(backend: Backend): Backend {
  const { get, list } = backend.store
  let n = 0
  const wait = () => new Promise((resolve) => setTimeout(resolve, (n++ * 5) % 7))
  const store: Store = {
    ...backend.store,
    get: (at, options) => wait().then(() => get(at, options)),
    list: (collection, range, options) => wait().then(() => list(collection, range, options)),
  }
  return { ...backend, store }
}

/** A gateway with 20 threads, each with an attachment, an edit and an opinion. Answers what counts the store calls of a query. */
async function start(plain: Backend) {
  const { backend, calls } = counting({ ...plain, blobs: memoryBlobStore() })
  const gateway = await startTestGateway({ backend, maxCost: 1_000_000 })
  const { keep } = gateway
  for (const one of [alice, bob]) await keep.users.create(one, one.userId)
  for (let n = 0; n < 20; n++) {
    const other = { userId: `person-${n}` }
    await keep.users.create(other, other.userId)
    const { id } = await keep.threads.create(alice, { members: [bob, other] })
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

const threads = (fields: string) => (count: number) => `{ threads(first: ${count}) { nodes { ${fields} } } }`
const lastMessages = (fields: string) => threads(`lastMessage { ${fields} }`)

/**
 * Every field that reads something, asked for of many objects, and how many calls each of these may cost: none. The exception is a
 * list within each of many threads: `list` reads one collection, and every thread has its own. What its items carry is one more.
 */
const loading: Readonly<Record<string, readonly [query: (count: number) => string, calls: number]>> = {
  'Thread.owner': [threads('owner { name }'), 0],
  'Thread.member': [threads('own: member { role } of: member(userId: "bob") { role user { name } }'), 0],
  'Thread.lastMessage': [threads('lastMessage { content }'), 0],
  'Thread.unread': [threads('unread { count }'), 0],
  'Thread.stats': [threads('stats { messageCount }'), 0],
  'Thread.cursor': [threads('cursor'), 0],
  'Thread.receipts': [threads('receipts { userId readSeq }'), 1],
  'Thread.members': [threads('members(first: 5) { totalCount nodes { user { name presence { status } } } }'), 4],
  'Thread.messages': [
    threads('messages(first: 5) { totalCount nodes { author { name } editHistory { content } attachments { name } } }'),
    5,
  ],
  'Member.user': [threads('member { user { name } }'), 0],
  'Message.author': [lastMessages('author { name }'), 0],
  'Message.thread': [lastMessages('thread { title owner { name } }'), 0],
  'Message.editHistory': [lastMessages('editHistory { content }'), 0],
  'Message.attachments': [lastMessages('attachments { name }'), 0],
  'Message.feedback': [lastMessages('feedback { userId }'), 1],
  'Attachment.download': [lastMessages('attachments { download { path } short: download(ttl: 5) { path } }'), 0],
  'User.presence': [(count) => `{ users(first: ${count}) { nodes { presence { status } } } }`, 0],
}

test('every field that reads is known here', async () => {
  const reading: string[] = []
  for (const type of Object.values((await buildGatewaySchema()).getTypeMap())) {
    if (!isObjectType(type) || /^(__|Query$|Mutation$|Subscription$)/.test(type.name)) continue
    // What a connection counts, it counts from its thread.
    if (type.name.endsWith('Connection') || type.getInterfaces().some(({ name }) => name === 'LiveEvent')) continue
    for (const { name, resolve, extensions } of Object.values(type.getFields()))
      if (resolve && !extensions['pure']) reading.push(`${type.name}.${name}`)
  }
  expect(reading.sort()).toEqual(Object.keys(loading).sort())
})

test('every one of them is read together, in whatever order a store answers', async () => {
  const { person, calls } = await start(uneven(memoryBackend()))
  for (const [field, [query, each]] of Object.entries(loading)) {
    const few = await callsOf(calls, person, query(2))
    const many = await callsOf(calls, person, query(20))
    // Whether she is active is looked up anew now and then: that may fall into one of the two.
    expect.soft(many.length, [field, ...many].join('\n')).toBeLessThanOrEqual(few.length + 1 + 18 * each)
  }
})

test('what was found is read together, with all it carries', async () => {
  const { person, calls } = await start(uneven(memoryBackend()))
  const query = (first: number) =>
    `{ search(query: "x", first: ${first}) { nodes { message { author { name } thread { title } attachments { name } } } } }`
  for (const { id } of (await person.get('{ threads(first: 20) { nodes { id } } }')).threads.nodes)
    await person.get(`mutation { sendMessage(input: { threadId: "${id}", content: "x" }) { cursor } }`)
  await expect.poll(async () => (await person.get(query(20))).search.nodes.length, { timeout: 30_000 }).toBe(20)
  const few = await callsOf(calls, person, query(2))
  const many = await callsOf(calls, person, query(20))
  expect(many.length, many.join('\n')).toBeLessThanOrEqual(few.length + 1)
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
  const { errors } = await person.ask(`{ nodes(nodeIds: ${JSON.stringify(Array(101).fill('x'))}) { nodeId } }`)
  expect(errors?.[0]?.extensions['code']).toBe('INVALID_LIMIT')
})
