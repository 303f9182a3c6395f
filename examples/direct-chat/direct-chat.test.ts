import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createThreadkeep } from '@threadkeep/core'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { Conversation } from './conversation.ts'
import { talk } from './conversation.ts'
import { runDirectChat } from './direct-chat.ts'
import { openGatewayChat } from './gateway-chat.ts'
import { openLocalChat } from './local-chat.ts'

const main = join(import.meta.dirname, 'main.ts')

async function temporaryFile() {
  const directory = await mkdtemp(join(tmpdir(), 'direct-chat-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'chat_messages.db')
}

async function run(env: Readonly<Record<string, string>>): Promise<string> {
  const options = { env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=threadkeep-source', main], options)
  return stdout
}

/** What holds wherever the two talked. */
function expectGoodTalk(conversation: Conversation, lines: readonly string[]): void {
  const { history, heardByAlice } = conversation
  expect(conversation).toMatchObject({ availableToAlice: ['bob'], bobIsOnline: true, bobHasRead: 1 })
  expect(history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  expect(heardByAlice).toEqual(history.filter(({ sender }) => sender === 'bob'))
  expect(history.find(({ content }) => content === 'Yes')?.replyTo).toBe(history[0]!.id)
  expect(conversation.sinceStart).toEqual(history)
  expect(lines).toContain('NEW MESSAGE from bob: URGENT: the build is red')
  expect(lines).toContain('URGENT MESSAGE DETECTED!')
  expect(lines.at(-1)).toBe('Messages since the start: 5')
}

test('in a file: they talk, a broken listener disturbs nobody, and after a restart all is there, for SQL too', async () => {
  const lines: string[] = []
  const { conversation, history, rows, errors } = await runDirectChat(await temporaryFile(), (line) => lines.push(line))
  expectGoodTalk(conversation, lines.slice(0, lines.indexOf('\nAfter a restart:')))
  expect(history).toEqual(conversation.history.slice(-2))
  expect(rows.map(({ text }) => text)).toEqual(conversation.history.map(({ content }) => content))
  expect(rows.map((row) => [row['id'], row['author_id']])).toEqual(conversation.history.map((m) => [m.id, m.sender]))
  expect(new Set(errors.map((error) => (error as Error).message))).toEqual(new Set(['This listener is broken.']))
})

test('over a gateway they talk the same way', async () => {
  const gateway = await startTestGateway()
  const open = async (userId: string) => {
    const { token } = await gateway.person(userId)
    return openGatewayChat({ url: gateway.url, token, userId, onError: () => {} })
  }
  await using alice = await open('alice')
  await using bob = await open('bob')
  const lines: string[] = []
  expectGoodTalk(await talk(alice, bob, (line) => lines.push(line)), lines)
})

test('a listener hears whoever speaks to the person, also one who is new to them', async () => {
  const path = await temporaryFile()
  await using alice = await openLocalChat({ path, userId: 'alice' })
  await using bob = await openLocalChat({ path, userId: 'bob' })
  await using cyd = await openLocalChat({ path, userId: 'cyd' })
  const heard: string[] = []
  const finished = Promise.withResolvers<void>()
  await alice.addMessageListener(({ sender, content }) => {
    heard.push(`${sender}: ${content}`)
    if (heard.length === 3) finished.resolve()
  })
  const { id } = await bob.sendMessage('alice', 'Hello')
  await alice.sendMessage('cyd', 'Not for my own ears')
  await cyd.sendMessage('alice', 'Hi')
  await bob.sendMessage('alice', 'Are you there?', { replyTo: id })
  await finished.promise
  expect(heard.toSorted()).toEqual(['bob: Are you there?', 'bob: Hello', 'cyd: Hi'])
})

test('everyone whom a person can talk to is listed, however many they are', async () => {
  const path = await temporaryFile()
  await using alice = await openLocalChat({ path, userId: 'alice' })
  const store = await sqliteStore({ path })
  const chat = createThreadkeep({ store })
  const rows = Array.from({ length: 120 }, (_, n) => ({ id: `user-${n}`, profile: { name: `User ${n}` } }))
  await chat.users.createMany({ userId: 'root', scopes: ['admin'] }, rows)
  expect((await alice.listAvailableUsers()).toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
  await chat.close()
  await store.close()
})

test('another program on the same file hears what is said within a second or so', async () => {
  const path = await temporaryFile()
  await using bob = await openLocalChat({ path, userId: 'bob' })
  const heard = new Promise<string>((resolve) => {
    void bob.addMessageListener(({ content }) => resolve(content))
  })
  const stdout = await run({ CHAT_FILE: path })
  expect(stdout).toContain('Everything is in')
  expect(await heard).toBe('Hello from Alice! Are you there?')
})

test('the demo runs over a gateway', async () => {
  const gateway = await startTestGateway()
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  const stdout = await run({ THREADKEEP_URL: gateway.url, ALICE_TOKEN: alice.token, BOB_TOKEN: bob.token })
  expect(stdout).toContain('Available chat users: bob\nBob is online\n')
  expect(stdout).toContain('\nMessages since the start: 5\n')
})

test('what is set wrongly is told in a sentence that says what to do', async () => {
  const gateway = await startTestGateway()
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  const tokens = { ALICE_TOKEN: alice.token, BOB_TOKEN: bob.token }
  const tries: readonly [says: RegExp, env: Readonly<Record<string, string>>][] = [
    [/^To talk over a gateway, set THREADKEEP_URL, ALICE_TOKEN and BOB_TOKEN/, { THREADKEEP_URL: gateway.url }],
    [/^The url of a gateway reads http:\/\/localhost:4000\./, { THREADKEEP_URL: 'nonsense', ...tokens }],
    [/^The token of bob is one of alice\./, { THREADKEEP_URL: gateway.url, ...tokens, BOB_TOKEN: alice.token }],
    [/^\S+ cannot be opened\. Check that its directory exists/, { CHAT_FILE: join(tmpdir(), 'none', 'at', 'all.db') }],
  ]
  for (const [says, env] of tries) {
    const { stderr } = await run(env).then(
      () => expect.unreachable(),
      (error: { readonly stderr: string }) => error,
    )
    expect(stderr).toMatch(says)
    expect(stderr).toContain('README.md')
    expect(stderr).not.toContain('    at ')
  }
})
