import { createHash } from 'node:crypto'
import { memoryBlobStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import type { Person, TestGateway } from '../../test/harness.ts'
import { memoryBackend, startTestGateway } from '../../test/harness.ts'
import { startThread } from '../../test/talk.ts'

const create = `mutation ($input: CreateAttachmentInput!) {
  createAttachment(input: $input) { attachment { id state } uploadPath userErrors { code } }
}`
const complete = `mutation ($input: CompleteAttachmentInput!) {
  completeAttachment(input: $input) { attachment { state size sha256 } userErrors { code } }
}`
const bytes = Buffer.from('%PDF-1.7 a very short report')

async function startWithBlobs(): Promise<TestGateway> {
  return startTestGateway({ backend: { ...memoryBackend(), blobs: memoryBlobStore() } })
}

function put(gateway: TestGateway, path: string, person: Person, body: Buffer): Promise<Response> {
  return fetch(gateway.url + path, { method: 'PUT', headers: { authorization: `Bearer ${person.token}` }, body })
}

async function upload(gateway: TestGateway, person: Person): Promise<string> {
  const input = { name: 'Bericht ü.pdf', mimeType: 'application/pdf', size: bytes.length }
  const { createAttachment } = await person.get(create, { input })
  expect((await put(gateway, createAttachment.uploadPath, person, bytes)).status).toBe(204)
  const { completeAttachment } = await person.get(complete, { input: { id: createAttachment.attachment.id } })
  expect(completeAttachment).toEqual({
    attachment: { state: 'READY', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    userErrors: [],
  })
  return createAttachment.attachment.id
}

test('a file goes up in two steps, hangs in a message, and its members download it by a ticket', async () => {
  const gateway = await startWithBlobs()
  const [alice, bob, eve] = [await gateway.person('alice'), await gateway.person('bob'), await gateway.person('eve')]
  const threadId = await startThread(alice, { members: ['bob'] })
  const id = await upload(gateway, alice)
  await alice.get('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }', {
    input: { threadId, content: 'See the report', attachmentIds: [id] },
  })
  const query = `query ($id: ID!) {
    thread(id: $id) { lastMessage { attachments { id name threadId external download { path expiresAt } } } }
  }`
  const { thread } = await bob.get(query, { id: threadId })
  const [attachment] = thread.lastMessage.attachments
  expect(attachment).toMatchObject({ id, name: 'Bericht ü.pdf', threadId, external: false })

  const response = await fetch(gateway.url + attachment.download.path)
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(bytes.length),
    'content-disposition': "attachment; filename*=UTF-8''Bericht%20%C3%BC.pdf",
    'x-content-type-options': 'nosniff',
  })
  const foreign = await eve.ask('query ($id: ID!) { attachment(id: $id) { id } }', { id })
  const missing = await eve.ask('query ($id: ID!) { attachment(id: $id) { id } }', { id: 'nothing' })
  expect(foreign).toEqual(missing)
  expect(missing.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' })
})

test('bytes without a token, of another person, or by a forged ticket are refused in JSON', async () => {
  const gateway = await startWithBlobs()
  const [alice, eve] = [await gateway.person('alice'), await gateway.person('eve')]
  const { createAttachment } = await alice.get(create, { input: { name: 'a.txt', mimeType: 'text/plain' } })
  const path: string = createAttachment.uploadPath
  const answers = [
    await fetch(gateway.url + path, { method: 'PUT', body: bytes }),
    await put(gateway, path, eve, bytes),
    await fetch(`${gateway.url}/attachments/forged`),
    await fetch(`${gateway.url}/attachments/%ff`),
    await fetch(gateway.url + path, { method: 'DELETE' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([401, 404, 404, 404, 405])
  for (const answer of answers) expect(await answer.json()).toMatchObject({ errors: [{ message: expect.any(String) }] })
})

test('a declared size holds, names and metadata change, and what nobody sent can be deleted', async () => {
  const gateway = await startWithBlobs()
  const alice = await gateway.person('alice')
  const input = { name: 'a.txt', mimeType: 'text/plain', size: bytes.length + 1 }
  const { createAttachment } = await alice.get(create, { input })
  await put(gateway, createAttachment.uploadPath, alice, bytes)
  const refused = await alice.get(complete, { input: { id: createAttachment.attachment.id } })
  expect(refused.completeAttachment).toMatchObject({ attachment: null, userErrors: [{ code: expect.any(String) }] })

  const id = await upload(gateway, alice)
  const update = `mutation ($input: UpdateAttachmentInput!) {
    updateAttachment(input: $input) { attachment { name metadata } userErrors { code } }
  }`
  const changed = await alice.get(update, { input: { id, name: 'b.pdf', metadata: { page: 1 } } })
  expect(changed.updateAttachment.attachment).toEqual({ name: 'b.pdf', metadata: { page: 1 } })
  const remove = `mutation ($input: DeleteAttachmentInput!) {
    deleteAttachment(input: $input) { deletedAttachmentId userErrors { code } }
  }`
  expect((await alice.get(remove, { input: { id } })).deleteAttachment).toEqual({
    deletedAttachmentId: id,
    userErrors: [],
  })
  expect((await alice.get(remove, { input: { id } })).deleteAttachment.userErrors).toEqual([{ code: 'NOT_FOUND' }])
})
