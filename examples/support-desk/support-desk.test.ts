import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { manualClock } from '@threadkeep/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSupportDesk } from './support-desk.ts'

let directory: string
let day: Awaited<ReturnType<typeof runSupportDesk>>
const lines: string[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'support-desk-'))
  const clock = manualClock(Date.parse('2026-01-02T09:00:00Z'))
  day = await runSupportDesk({ directory, clock, print: (line) => lines.push(line) })
})
afterAll(() => rm(directory, { recursive: true }))

describe('users', () => {
  test('are made once, also in bulk, and rows that fail stop no others', () => {
    expect(day.people.duplicate).toMatchObject({ code: 'USER_EXISTS' })
    expect(day.people.rows).toMatchObject([
      { id: 'alice', ok: false, code: 'USER_EXISTS' },
      { id: 'bob', ok: true },
      { id: 'charlie', ok: true, user: { name: 'Charlie Brown', role: 'manager' } },
    ])
  })

  test('an update merges: what it does not name stays', () => {
    const { before, after } = day.people
    expect(after).toEqual({
      ...before,
      name: 'Alice Johnson-Smith',
      preferences: { theme: 'light', language: 'en', notifications: false },
      version: expect.not.stringMatching(before.version),
      updatedAt: expect.any(Number),
    })
  })
})

describe('threads', () => {
  test('are listed by activity, by a filter and by their number of messages', () => {
    const { first, billing, all, recent, busy } = day.talks
    expect(all.map(({ id }) => id)).toHaveLength(2)
    expect(recent.map(({ id }) => id)).toEqual([billing.id])
    expect(busy.map(({ id, messageCount }) => [id, messageCount])).toEqual([
      [first.id, 3],
      [billing.id, 0],
    ])
  })

  test('a new title leaves the metadata, new metadata leaves the old', () => {
    expect(day.talks.resolved).toMatchObject({
      title: 'Resolved Billing Issue',
      metadata: { topic: 'billing_inquiry', priority: 'high', status: 'resolved', satisfaction_score: 5 },
    })
  })
})

describe('messages', () => {
  test('come back in the order they were written, with roles, authors and metadata', () => {
    const { all, detailed } = day.said
    expect(all.map(({ seq, role, authorId }) => [seq, role, authorId])).toEqual([
      [1, 'user', 'alice'],
      [2, 'assistant', 'support_bot_v2'],
      [3, 'system', 'desk'],
      [4, 'user', 'alice'],
    ])
    expect(all[3]).toEqual(detailed)
    expect(detailed.metadata).toMatchObject({ entities: ['subscription', 'duplicate_charge'] })
  })

  test('the newest, those of a role and those since a moment are found', () => {
    const seqs = (messages: readonly { readonly seq: number }[]) => messages.map(({ seq }) => seq)
    expect(seqs(day.said.recent)).toEqual([3, 4])
    expect(seqs(day.said.fromUsers)).toEqual([1, 4])
    expect(seqs(day.said.lastHour)).toEqual([4])
  })

  test('a stream brings what is said while it runs', () => {
    expect(day.streamed).toEqual([
      'user: Can I get a subscription refund?',
      'assistant: Your subscription refund is on its way.',
    ])
  })

  test('are there after a restart', () => {
    expect(day.history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })
})

describe('search', () => {
  test('finds words with a relevance between 0 and 1, best first', () => {
    const scores = day.found.basic.results.map(({ relevanceScore }) => relevanceScore)
    expect(scores).toHaveLength(2)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    for (const score of scores) expect(score > 0 && score <= 1).toBe(true)
  })

  test('stays in the chosen threads and above the chosen relevance', () => {
    const { results } = day.found.advanced
    expect(results.map(({ message }) => message.seq).toSorted()).toEqual([5, 6])
    for (const { relevanceScore, threadId } of results) {
      expect([relevanceScore >= 0.5, threadId]).toEqual([true, day.talks.billing.id])
    }
    expect(lines).toContain('Highlighted: subscription, refund')
  })

  test("everyone's messages are for those who may", () => {
    expect(day.found.forbidden).toMatchObject({ code: 'FORBIDDEN' })
    expect([...day.found.byUser.keys()].toSorted()).toEqual(['alice', 'bob'])
  })
})

describe('statistics', () => {
  test('of a user, a thread and the desk are what a recount finds', () => {
    const { user, thread, system } = day.counted
    expect(user).toMatchObject({ totalThreads: 2, totalMessages: 10, averageMessagesPerThread: 5, authoredMessages: 7 })
    expect(thread).toMatchObject({ messageCount: 7, byRole: { user: 4, assistant: 2, system: 1, tool: 0 } })
    expect(thread.durationMs).toBe(2 * 3_600_000)
    expect(system).toMatchObject({ totalUsers: 3, totalThreads: 3, totalMessages: 11 })
    expect(system.storageBytes).toBeGreaterThan(300)
  })

  test('of a conversation tell how fast it was answered', () => {
    expect(day.talk.stats).toMatchObject({
      messageCount: 10,
      byRole: { user: 5, assistant: 5 },
      responseRatio: 1,
      responseTimeMedianMs: 30_000,
    })
    const lengths = day.talk.script.map((text) => text.length)
    expect(day.talk.stats.averageLength).toBeCloseTo(lengths.reduce((sum, length) => sum + length) / 10)
  })
})

describe('bulk', () => {
  test('500 messages arrive in batches and are all there', () => {
    expect(day.many.messageCount).toBe(500)
    expect(lines.filter((line) => line.startsWith('Imported batch'))).toHaveLength(10)
  })

  test('a table of people: good rows in, bad rows named', () => {
    expect(day.many.results.map((row) => (row.ok ? 'ok' : row.code))).toEqual([
      ...['ok', 'ok', 'ok', 'USER_EXISTS', 'INVALID_ID'],
    ])
  })
})

test('what fails has a code and writes nothing', () => {
  expect(Object.fromEntries(day.failed.codes)).toEqual({
    'A user who exists': 'USER_EXISTS',
    'A blank message': 'INVALID_CONTENT',
    'A message of 10,001 characters': 'INVALID_CONTENT',
    'An answer to nothing': 'INVALID_REPLY',
    'Ten messages, one of them blank': 'INVALID_CONTENT',
    'A thread that does not exist': 'NOT_FOUND',
    'A thread of someone else': 'NOT_FOUND',
    'A change that missed another one': 'CONFLICT',
    'A closed thread': 'THREAD_CLOSED',
  })
  expect([day.failed.messageCount, day.failed.seq]).toEqual([0, 0])
})

describe('upkeep', () => {
  test('an export is one JSON document, and imported elsewhere nothing is missing', async () => {
    const { file, report, threads } = day.exported
    const document = JSON.parse(await readFile(file, 'utf8'))
    expect(JSON.stringify(document)).toContain('I was charged twice for my subscription this month.')
    expect(report).toMatchObject({ threads: 4, messages: 510, failed: 0, errors: [] })
    expect(threads.map(({ title, messageCount }) => [title, messageCount]).toSorted()).toEqual([
      ['Customer Support Chat', 3],
      ['Imported Conversation', 500],
      ['Resolved Billing Issue', 7],
      ['Test', 0],
    ])
  })

  test('old threads go as the dry run said, held and new ones stay, and a restored one is back', () => {
    const { fresh, plan, done, restored, purged, left } = day.cleaned
    expect(plan).toMatchObject({ dryRun: true, removed: 3, held: 1 })
    expect(done).toMatchObject({ dryRun: false, removed: 3, held: 1, ids: plan.ids })
    expect(purged.removed).toBe(2)
    expect(left.map(({ id }) => id).toSorted()).toEqual([fresh.id, restored.id, day.talks.billing.id].toSorted())
  })
})

test('the demo runs', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const folder = join(directory, 'demo')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=threadkeep-source', main], {
    env: { ...process.env, SUPPORT_DESK_DIR: folder },
  })
  expect(stdout).toContain('\n== Cleaning up\n')
  expect(stdout).toContain('Deleted 3 threads, kept 1 on legal hold\n')
  expect(stdout).toContain(join(folder, 'support-desk.db'))
})

test('what is set wrongly is told in a sentence', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const failure = promisify(execFile)(process.execPath, ['--conditions=threadkeep-source', main], {
    env: { ...process.env, SUPPORT_DESK_DIR: main },
  })
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^EEXIST: .*\nSUPPORT_DESK_DIR/),
  })
})
