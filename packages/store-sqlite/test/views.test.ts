import { DatabaseSync } from 'node:sqlite'
import type { JsonObject } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { openStore } from './support/open-store.ts'

const at = Date.UTC(2026, 0, 31, 12, 30, 15, 250)
const message = (seq: number, more: JsonObject): JsonObject => ({
  ...{ id: `msg_${seq}`, threadId: 't/1', seq, kind: 'message', role: 'user', authorId: 'ann' },
  ...{ metadata: { lang: 'en' }, attachments: [], createdAt: at + seq, edits: 0 },
  ...more,
})

test('a person can read the conversations in the file with plain SQL', async () => {
  const store = await openStore()
  const put = (collection: string, key: string, value: JsonObject, expiresAt?: number) =>
    ({ type: 'put', at: { collection, key }, value, ...(expiresAt !== undefined && { expiresAt }) }) as const
  const parts = [
    { type: 'text', text: 'Look:' },
    { type: 'image', url: 'x' },
    { type: 'text', text: 'nice' },
  ]
  await store.commit([
    put('users', 'ann', {
      id: 'ann',
      name: 'Ann',
      email: 'ann@example.org',
      role: 'support',
      metadata: {},
      createdAt: at,
    }),
    put('threads', 't%2f1', {
      ...{ id: 't/1', title: 'Order 7', status: { type: 'locked', reason: 'paid' }, ownerId: 'ann', metadata: {} },
      ...{ messageCount: 3, memberCount: 1, seq: 4, createdAt: at, lastActivityAt: at + 4 },
    }),
    put('members:t%2f1', 'ann', {
      threadId: 't/1',
      userId: 'ann',
      role: 'owner',
      joinedAt: at,
      archived: false,
      muted: true,
    }),
    put('messages:t%2f1', '000000000001', message(1, { content: 'Hello 😀' })),
    put('messages:t%2f1', '000000000002', message(2, { content: parts, editedAt: at + 9 })),
    put('messages:t%2f1', '000000000003', message(3, { content: 'secret', deletedAt: at + 10 })),
    put('messages:t%2f1', '000000000004', message(4, { content: 'gone' }), 1),
    put('attachments', 'att_1', {
      id: 'att_1',
      ownerId: 'ann',
      state: 'ready',
      name: 'a.png',
      mimeType: 'image/png',
      size: 3,
      createdAt: at,
    }),
  ])
  const db = new DatabaseSync(store.path, { readOnly: true })
  const rows = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  expect(
    rows(
      "select seq, author_id, text, created_at, edited_at is not null as edited from v_messages where thread_id = 't/1'",
    ),
  ).toEqual([
    { seq: 1, author_id: 'ann', text: 'Hello 😀', created_at: '2026-01-31 12:30:15.251', edited: 0 },
    { seq: 2, author_id: 'ann', text: 'Look:\nnice', created_at: '2026-01-31 12:30:15.252', edited: 1 },
    { seq: 3, author_id: 'ann', text: null, created_at: '2026-01-31 12:30:15.253', edited: 0 },
  ])
  expect(rows('select id, title, status, status_reason, owner_id, message_count from v_threads')).toEqual([
    { id: 't/1', title: 'Order 7', status: 'locked', status_reason: 'paid', owner_id: 'ann', message_count: 3 },
  ])
  expect(rows('select thread_id, user_id, role, archived, muted from v_members')).toEqual([
    { thread_id: 't/1', user_id: 'ann', role: 'owner', archived: 0, muted: 1 },
  ])
  expect(rows('select id, name, email, role, created_at, deleted_at from v_users')).toEqual([
    {
      ...{ id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'support' },
      created_at: '2026-01-31 12:30:15.250',
      deleted_at: null,
    },
  ])
  expect(rows('select id, owner_id, state, name, mime_type, size, message_id from v_attachments')).toEqual([
    { id: 'att_1', owner_id: 'ann', state: 'ready', name: 'a.png', mime_type: 'image/png', size: 3, message_id: null },
  ])
  db.close()
})
