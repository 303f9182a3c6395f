import { gunzipSync } from 'node:zlib'
import type { Backend } from '@threadkeep/adapters'
import { memoryBlobStore } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import type { Person, TestGateway } from '../../test/harness.ts'
import { memoryBackend, startTestGateway } from '../../test/harness.ts'
import { startThread } from '../../test/talk.ts'

function download(gateway: TestGateway, person: Person, search = ''): Promise<Response> {
  return fetch(`${gateway.url}/export${search}`, { headers: { authorization: `Bearer ${person.token}` } })
}

/** Uploads an export; answers the attachment's id. */
async function uploadExport(gateway: TestGateway, person: Person, bytes: Buffer): Promise<string> {
  const { createAttachment } = await person.get(
    'mutation ($input: CreateAttachmentInput!) { createAttachment(input: $input) { attachment { id } uploadPath } }',
    { input: { name: 'export.ndjson', mimeType: 'application/x-ndjson' } },
  )
  const { id } = createAttachment.attachment
  const headers = { authorization: `Bearer ${person.token}` }
  await fetch(gateway.url + createAttachment.uploadPath, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  await person.get('mutation ($id: ID!) { completeAttachment(input: { id: $id }) { userErrors { code } } }', { id })
  return id
}

async function importFrom(gateway: TestGateway, person: Person, bytes: Buffer, options: object = {}) {
  const attachmentId = await uploadExport(gateway, person, bytes)
  const { importConversations } = await person.get(
    `mutation ($input: ImportConversationsInput!) {
      importConversations(input: $input) { report { jobId dryRun threads messages skipped failed } userErrors { code } }
    }`,
    { input: { attachmentId, ...options } },
  )
  return importConversations
}

test('an export of one gateway, uploaded to another, brings threads and messages with their ids and times', async () => {
  const [from, to] = [await startTestGateway(), await startTestGateway({ backend: withBlobs() })]
  const [alice, again] = [await from.person('alice'), await to.person('alice')]
  const threadId = await startThread(alice, { says: ['one', 'two', 'three'] })
  const response = await download(from, alice)
  expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(JSON.parse(bytes.toString().trim().split('\n').at(-1)!)).toMatchObject({ messages: 3, threads: 1 })

  const dry = await importFrom(to, again, bytes, { dryRun: true })
  expect(dry).toMatchObject({ report: { dryRun: true, threads: 1, messages: 3, failed: 0 }, userErrors: [] })
  const query = 'query ($id: ID!) { thread(id: $id) { messages { nodes { id seq content createdAt } } } }'
  expect((await again.ask(query, { id: threadId })).errors?.[0]?.extensions['code']).toBe('NOT_FOUND')
  const done = await importFrom(to, again, bytes)
  expect(done).toMatchObject({ report: { dryRun: false, threads: 1, messages: 3, failed: 0 }, userErrors: [] })
  expect(await again.get(query, { id: threadId })).toEqual(await alice.get(query, { id: threadId }))
  const repeated = await importFrom(to, again, bytes)
  expect(repeated.report).toMatchObject({ messages: 0, failed: 0 })
})

test('an export is one thread when asked for, JSON or gzipped, and nobody else’s', async () => {
  const gateway = await startTestGateway()
  const [alice, eve] = [await gateway.person('alice'), await gateway.person('eve')]
  const threadId = await startThread(alice, { says: ['hello'] })
  const json = await download(gateway, alice, `?threadId=${threadId}&format=json`)
  expect(JSON.stringify(await json.json())).toContain('"hello"')
  const zipped = await download(gateway, alice, '?gzip=1')
  expect(zipped.headers.get('content-disposition')).toContain('threadkeep-export.ndjson.gz')
  expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toContain('"hello"')

  const refused = [
    await download(gateway, eve, `?threadId=${threadId}`),
    await download(gateway, eve, '?userId=alice'),
    await download(gateway, alice, '?format=xml'),
    await download(gateway, alice, '?thread=1'),
    await fetch(`${gateway.url}/export`),
  ]
  expect(refused.map(({ status }) => status)).toEqual([404, 403, 400, 400, 401])
})

function withBlobs() {
  return { ...memoryBackend(), blobs: memoryBlobStore() }
}

test('an import that takes longer than a request may is answered in parts, and loses nothing', async () => {
  const [from, to] = [await startTestGateway(), await startTestGateway({ backend: slow(withBlobs()), deadline: 1_000 })]
  const alice = { userId: 'alice' }
  const { id } = await from.keep.threads.create(alice)
  const hundred = Array.from({ length: 100 }, (_, n) => ({ content: `${n}` }))
  for (let n = 0; n < 100; n++) await from.keep.messages.appendMany(alice, id, hundred)
  const bytes = Buffer.concat(await Array.fromAsync(from.keep.transfer.export(alice)))
  const again = await to.person('alice')
  const attachmentId = await uploadExport(to, again, bytes)
  const query = `mutation ($input: ImportConversationsInput!) {
    importConversations(input: $input) { report { jobId finished messages } userErrors { code } }
  }`
  let jobId: string | undefined
  let messages = 0
  for (let finished = false, turns = 0; !finished; turns++) {
    const { data, errors } = await again.ask(query, { input: { attachmentId, ...(jobId && { jobId }) } })
    expect(errors, `turn ${turns}`).toBeUndefined()
    const { report } = data.importConversations
    expect(report.jobId).toBe(jobId ?? report.jobId)
    ;({ jobId, finished } = report)
    messages += report.messages
    if (turns === 0) expect(finished).toBe(false)
  }
  expect(messages).toBe(10_000)
  expect((await to.keep.threads.get(alice, id)).messageCount).toBe(10_000)
})

/** A backend whose commits take some milliseconds each. */
function slow(backend: Backend): Backend {
  const { commit } = backend.store
  const store: Store = {
    ...backend.store,
    async commit(changes, options) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return commit(changes, options)
    },
  }
  return { ...backend, store }
}
