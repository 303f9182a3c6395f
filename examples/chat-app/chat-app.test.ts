import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { manualClock, memoryStore } from '@threadkeep/core'
import { redisStore } from '@threadkeep/store-redis'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { service } from '@threadkeep/test-support/services'
import type { LogLevel } from '@threadkeep/wrappers'
import { failBefore, generateKey, withChaos } from '@threadkeep/wrappers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createChatApp } from './chat-app.ts'

const run = promisify(execFile)
const day = 86_400_000
const redis = await service('redis')

async function temporaryFile() {
  const directory = await mkdtemp(join(tmpdir(), 'chat-app-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'chat.db')
}

test('a message comes back as it was sent, with the time it was sent', async () => {
  const clock = manualClock(Date.parse('2026-01-02T03:04:05.678Z'))
  await using chat = createChatApp({ clock })
  const id = await chat.sendMessage('conv-123', 'Alice', 'Hello! 👋')
  expect(id).toMatch(/^msg_[0-9a-z]{30}$/)
  const message = { sender: 'Alice', content: 'Hello! 👋', timestamp: new Date('2026-01-02T03:04:05.678Z') }
  expect(await chat.getMessage('conv-123', id)).toEqual(message)
  expect(await chat.deleteMessage('conv-123', id)).toBe(true)
  expect(await chat.deleteMessage('conv-123', id)).toBe(false)
  expect(await chat.getMessage('conv-123', id)).toBeUndefined()
})

test('conversations know nothing of each other', async () => {
  await using chat = createChatApp()
  const id = await chat.sendMessage('123', 'Alice', 'secret')
  for (const other of ['456', '12', '1234', '123:', ':123']) {
    expect(await chat.getMessage(other, id)).toBeUndefined()
    expect(await chat.history(other)).toEqual([])
    expect(await chat.deleteMessage(other, id)).toBe(false)
  }
  expect(await chat.history('123')).toHaveLength(1)
})

test('history is the newest messages in the order they were sent, also within one millisecond', async () => {
  await using chat = createChatApp({ clock: manualClock() })
  for (let n = 0; n < 60; n++) await chat.sendMessage('c', 'Alice', `message ${n}`)
  const contents = (await chat.history('c')).map(({ content }) => content)
  expect(contents).toEqual(Array.from({ length: 50 }, (_, n) => `message ${n + 10}`))
  expect(await chat.history('c', 1)).toMatchObject([{ sender: 'Alice', content: 'message 59' }])
})

test('after a day every message is gone, whatever was asked for', async () => {
  const clock = manualClock()
  const store = memoryStore({ clock })
  await using chat = createChatApp({ clock, store })
  const plain = await chat.sendMessage('c', 'Alice', 'no wish')
  const long = await chat.sendMessage('c', 'Alice', 'a week, please', { ttl: 7 * 86_400 })
  const short = await chat.sendMessage('c', 'Alice', 'a minute', { ttl: 60 })
  clock.advance(60_000)
  expect(await chat.getMessage('c', short)).toBeUndefined()
  clock.advance(day - 60_001)
  expect(await chat.history('c')).toHaveLength(2)
  clock.advance(1)
  expect([await chat.getMessage('c', plain), await chat.getMessage('c', long)]).toEqual([undefined, undefined])
  expect(await chat.history('c')).toEqual([])
  expect(store.size).toBe(0)
})

test('what is no message is refused and not stored', async () => {
  await using chat = createChatApp()
  const refused = [
    chat.sendMessage('c', '', 'no sender'),
    chat.sendMessage('c', 'x'.repeat(65), 'long name'),
    chat.sendMessage('c', 'Alice', ''),
    chat.sendMessage('c', 'Alice', 'x'.repeat(10_001)),
    chat.sendMessage('c', 'Alice', 'half a pair \ud83d'),
    chat.sendMessage('', 'Alice', 'no conversation'),
    chat.sendMessage('a\nb', 'Alice', 'no name'),
  ]
  for (const call of refused) await expect(call).rejects.toMatchObject({ code: 'INVALID' })
  for (const ttl of [0, -1, Number.NaN]) {
    await expect(chat.sendMessage('c', 'Alice', 'x', { ttl })).rejects.toMatchObject({ code: 'INVALID_TTL' })
  }
  expect(await chat.history('c')).toEqual([])
  expect(chat.getStatistics().totalPuts).toBe(0)
})

test('a record that is no message is named, not returned', async () => {
  const store = memoryStore()
  await using chat = createChatApp({ store })
  await store.commit([{ type: 'put', at: { collection: 'conversation:c', key: 'm1' }, value: { sender: 7 } }])
  await expect(chat.getMessage('c', 'm1')).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('m1'),
  })
})

test('statistics count what was done', async () => {
  await using chat = createChatApp()
  const ids = []
  for (const sender of ['Alice', 'Bob', 'Carol']) ids.push(await chat.sendMessage('c', sender, 'hi'))
  await chat.getMessage('c', ids[0]!)
  await chat.getMessage('c', ids[1]!)
  await chat.getMessage('c', 'nothing')
  expect(chat.getStatistics()).toEqual({
    ...{ totalPuts: 3, totalGets: 3, totalDeletes: 0 },
    ...{ hits: 2, misses: 1, hitRatePercent: 66.67 },
  })
  await chat.deleteMessage('c', ids[0]!)
  expect(chat.getStatistics().totalDeletes).toBe(1)
  expect(chat.prometheus()).toContain('changes_total{layer="messages",collection="conversation",change="put"} 3\n')
})

test('every operation is logged, and what people wrote is not', async () => {
  const lines: string[] = []
  const to = (level: LogLevel) => (line: string) => lines.push(`${level} ${line}`)
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') }
  const chat = createChatApp({ logger })
  const id = await chat.sendMessage('c', 'Alice', 'the content')
  await chat.getMessage('c', id)
  await chat.close()
  await chat.getMessage('c', id).catch(() => {})
  expect(lines.map((line) => line.replace(/ \(.*/, ''))).toEqual([
    `debug memory commit put conversation:c/${id} → committed`,
    `debug memory get conversation:c/${id} → hit`,
    'debug memory close → closed',
    `error memory get conversation:c/${id} → failed: CLOSED The memory store is closed.`,
  ])
  expect(lines.join()).not.toContain('the content')
})

test('with a file, messages are there after a restart, and with a key nobody can read them in the file', async () => {
  const path = await temporaryFile()
  const key = generateKey()
  const first = createChatApp({ store: await sqliteStore({ path }), key })
  const id = await first.sendMessage('c', 'Alice', 'for your eyes only')
  await first.close()
  const bytes = (await readFile(path)).toString('latin1')
  expect(bytes).toContain('conversation:c')
  expect(bytes).not.toContain('for your eyes only')

  await using second = createChatApp({ store: await sqliteStore({ path }), key })
  expect(await second.getMessage('c', id)).toMatchObject({ content: 'for your eyes only' })
  await using stranger = createChatApp({ store: await sqliteStore({ path }), key: generateKey() })
  await expect(stranger.getMessage('c', id)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})

test('with a file, failures that pass are not noticed and repeated reads come from memory', async () => {
  const base = await sqliteStore({ path: await temporaryFile() })
  const faults = [failBefore({ nth: 1 }), failBefore({ nth: 2, verbs: ['get'] })]
  await using chat = createChatApp({ store: withChaos({ faults })(base) })
  const id = await chat.sendMessage('c', 'Alice', 'Hello!')
  for (let n = 0; n < 5; n++) expect(await chat.getMessage('c', id)).toMatchObject({ content: 'Hello!' })
  expect(chat.getStatistics()).toMatchObject({ totalPuts: 1, hits: 1 })
  expect(chat.prometheus()).toContain('gets_total{layer="cache",collection="conversation",result="hit"} 4\n')
  await chat.deleteMessage('c', id)
  expect(await chat.getMessage('c', id)).toBeUndefined()
})

test('a key of the wrong size is refused before anything is stored', () => {
  expect(() => createChatApp({ key: 'your-32-byte-encryption-key-here' })).toThrow(
    expect.objectContaining({ code: 'MISCONFIGURED' }),
  )
})

test('the demo runs', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const env = { ...process.env, CHAT_FILE: await temporaryFile(), CHAT_KEY: generateKey(), REDIS_URL: '' }
  const { stdout } = await run(process.execPath, ['--conditions=threadkeep-source', main], { env })
  expect(stdout).toContain('Messages are kept in sqlite.')
  expect(stdout).toContain('\nAlice: Hello!\n')
  expect(stdout).toContain('In another conversation: undefined\n')
  expect(stdout).toContain('After deleting it: undefined')
  expect(stdout).toContain('Total messages sent: 3')
  expect(stdout).toContain('# TYPE threadkeep_store_gets_total counter')
})

test('what is set wrongly is told in a sentence', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const env = { ...process.env, CHAT_KEY: 'short', REDIS_URL: '' }
  const failure = run(process.execPath, ['--conditions=threadkeep-source', main], { env })
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^withEncryption key .*\n.*README/),
  })
})

describe.skipIf(!redis.available)('with Redis', () => {
  test('messages are kept there, and expire there', async () => {
    const { url, name: namespace } = await redis.open()
    await using chat = createChatApp({ store: await redisStore({ url, namespace }) })
    const id = await chat.sendMessage('c', 'Alice', 'Hello, Redis!')
    await using other = createChatApp({ store: await redisStore({ url, namespace }) })
    expect(await other.getMessage('c', id)).toMatchObject({ content: 'Hello, Redis!' })
    const brief = await chat.sendMessage('c', 'Alice', 'gone in a moment', { ttl: 0.05 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await other.getMessage('c', brief)).toBeUndefined()
    expect(await chat.history('c')).toHaveLength(1)
  })

  test('the demo runs', async () => {
    const { url, name } = await redis.open()
    const main = join(import.meta.dirname, 'main.ts')
    const env = { ...process.env, REDIS_URL: url, REDIS_NAMESPACE: name }
    const { stdout } = await run(process.execPath, ['--conditions=threadkeep-source', main], { env })
    expect(stdout).toContain('Messages are kept in redis.')
    expect(stdout).toContain('Total messages sent: 3')
  })
})
