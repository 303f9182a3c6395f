import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createThreadkeep, localLiveBus, memoryStore } from '@threadkeep/core'
import { audience, issuer, secret, tokenFor } from '@threadkeep/gateway/harness'
import { compileGateway } from '@threadkeep/test-support/apps'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { runGateway } from './canary/gateway-process.ts'
import { post } from './hostile/ask.ts'
import { openSocket } from './hostile/socket.ts'

/** In everything that people say, name and upload. */
const said = 'Hummingbird'
/** In passwords and addresses. */
const password = 'Nightingale'

const compiled = compileGateway()
afterAll(() => compiled[Symbol.dispose]())

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'threadkeep-canary-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const mutation = (name: string, fields: string): string =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} userErrors { code } } }`

test('what people say, their tokens and our secrets stand in no log, no metric and no event', async () => {
  const data = temporary()
  const gateway = await runGateway(compiled.main, {
    THREADKEEP_DATA: data,
    THREADKEEP_MODE: 'production',
    THREADKEEP_HOST: '127.0.0.1',
    THREADKEEP_JWT_SECRET: new TextDecoder().decode(secret),
    THREADKEEP_JWT_ISSUER: issuer,
    THREADKEEP_JWT_AUDIENCE: audience,
  })
  onTestFinished(gateway.stop)
  const token = await tokenFor('ada', ['admin'])
  const ask = async (query: string, variables: object = {}) =>
    (await post(gateway, token, JSON.stringify({ query, variables }))).text
  const run = async (name: string, fields: string, input: object) => {
    const { data: answer } = JSON.parse(await ask(mutation(name, fields), { input }))
    expect(answer[name].userErrors, name).toEqual([])
    return answer[name]
  }

  // A story that touches everything.
  await run('createUser', 'user { id }', { profile: { name: said, email: `${said}@example.org`, metadata: { said } } })
  const { thread } = await run('createThread', 'thread { id }', { title: said, metadata: { [said]: said } })
  const { attachment, uploadPath } = await run('createAttachment', 'attachment { id } uploadPath', {
    name: `${said}.txt`,
    mimeType: 'text/plain',
  })
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${gateway.url}${uploadPath}`, { method: 'PUT', headers, body: said })).status).toBe(204)
  await run('completeAttachment', 'attachment { id }', { id: attachment.id })
  const socket = await openSocket(gateway, token)
  const query = `subscription { threadEvents(threadId: "${thread.id}") { cursor } }`
  socket.send(JSON.stringify({ type: 'subscribe', id: said, payload: { query } }))
  const sent = { threadId: thread.id, content: said, metadata: { said }, attachmentIds: [attachment.id] }
  const { message } = await run('sendMessage', 'message { id }', sent)
  await run('editMessage', 'message { id }', { threadId: thread.id, messageId: message.id, content: `${said} again` })
  expect(
    await ask(
      `{ search(query: "${said}") { nodes { text } } threads(filter: { title: "${said}" }) { nodes { title } } }`,
    ),
  ).toContain(said)
  const download = JSON.parse(await ask(`{ attachment(id: "${attachment.id}") { download { path } } }`)).data.attachment
    .download.path
  expect(await (await fetch(`${gateway.url}${download}`)).text()).toBe(said)
  expect(await (await fetch(`${gateway.url}/export?threadId=${thread.id}`, { headers })).text()).toContain(said)

  // And everything that can go wrong on the way.
  await ask(`{ ${said}`)
  await ask(`query ${said} { thread(id: "${said}") { ${said} } }`)
  await ask(`{ thread(id: "${said}") { id } }`)
  await ask(mutation('sendMessage', 'message { id }'), { input: { threadId: thread.id, content: { said } } })
  await post(gateway, `${token}${password}`, '{}')
  await post(gateway, token, `{"${said}`)
  await fetch(`${gateway.url}/${said}?token=${token}`, { headers: { cookie: password, 'user-agent': said } })
  await fetch(`${gateway.url}/attachments/${said}`, { headers })
  socket.send(`{"type":"${said}"}`)
  await socket.next()
  socket.close()
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  await gateway.stop()

  const database = new DatabaseSync(join(data, 'threadkeep.db'))
  const rows = database.prepare('select collection, key, value from records').all()
  database.close()
  const events = rows.filter(({ collection }) => /^(events|outbox|audit|checkpoints)/.test(String(collection)))
  expect(JSON.stringify(rows)).toContain(said)
  expect(events.length).toBeGreaterThan(3)
  const [log, signature] = [gateway.printed(), token.split('.')[2]!]
  expect(log.split('\n').filter((line) => line.includes('"answered"')).length).toBeGreaterThan(10)
  for (const [where, text] of Object.entries({ log, metrics, events: JSON.stringify(events) }))
    for (const bird of [said, password, signature, new TextDecoder().decode(secret), download])
      expect(text.includes(bird), `${bird} in ${where}`).toBe(false)
})

test('a server that cannot be reached is named without its password', async () => {
  const printed = ['postgres', 'redis'].map((store) => {
    const url = `${store}://user:${password}@127.0.0.1:9`
    return runGateway(compiled.main, { THREADKEEP_DATA: temporary(), THREADKEEP_STORE: url }).then(
      () => 'It serves.',
      (error: Error) => error.message,
    )
  })
  for (const text of await Promise.all(printed)) {
    expect(text).toContain('ECONNREFUSED 127.0.0.1:9')
    expect(text).not.toContain(password)
  }
}, 60_000)

test('hints between processes name threads and numbers, and nothing that was said', async () => {
  const hints: unknown[] = []
  const live = localLiveBus()
  const { publish } = live
  await using store = memoryStore()
  await using chat = createThreadkeep({
    store,
    live: {
      ...live,
      publish(topic, hint) {
        hints.push([topic, hint])
        return publish(topic, hint)
      },
    },
  })
  const ada = { userId: 'ada' }
  const { id } = await chat.threads.create(ada, { title: said, metadata: { said } })
  const { message } = await chat.messages.append(ada, id, { content: said, metadata: { said } })
  await chat.messages.edit(ada, id, message.id, { content: `${said} again` })
  await chat.messages.typing(ada, id)
  await chat.messages.markRead(ada, id, { seq: 1 })
  await chat.threads.update(ada, id, { title: `${said} again` })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(hints.length).toBeGreaterThan(3)
  expect(JSON.stringify(hints)).not.toContain(said)
})
