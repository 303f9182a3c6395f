import { DatabaseSync } from 'node:sqlite'
import { at, createThreadkeep, names } from '@threadkeep/core'
import { manualClock } from '@threadkeep/core/store'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from './support/open-store.ts'

const ann = { userId: 'ann' }
const admin = { userId: 'root', scopes: ['admin'] } as const

test('a person can read the conversations in the file with plain SQL', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 31, 12, 30, 15, 250))
  const store = await openStore({ clock })
  const keep = await createThreadkeep({ store, clock })
  onTestFinished(() => keep.close())
  await keep.users.create(ann, 'ann', { name: 'Ann', email: 'ann@example.org', role: 'support' })
  await keep.users.create(admin, 'left', { name: 'Left' })
  await keep.users.delete(admin, 'left', { mode: 'hard' })
  await keep.threads.create(ann, { id: 't/1', title: 'Order 7' })
  const parts = [
    { type: 'text', text: 'Look:' },
    { type: 'image', url: 'x' },
    { type: 'text', text: 'nice' },
  ] as const
  await keep.messages.append(ann, 't/1', { id: 'm1', content: 'Hello 😀', metadata: { lang: 'en' } })
  await keep.messages.append(ann, 't/1', { id: 'm2', content: parts, replyTo: 'm1' })
  await keep.messages.append(ann, 't/1', { id: 'm3', content: 'secret' })
  await keep.messages.append(ann, 't/1', { id: 'm4', content: 'of the past', ttl: 60 })
  clock.advance(1_000)
  await keep.messages.edit(ann, 't/1', 'm1', { content: 'Hello' })
  await keep.messages.delete(ann, 't/1', 'm3')
  await keep.threads.setStatus(ann, 't/1', { type: 'locked', reason: 'paid' })
  const attachment = { id: 'att_1', ownerId: 'ann', state: 'uploading', name: 'a.png', mimeType: 'image/png', size: 3 }
  await store.commit([
    { type: 'put', at: at(names.attachments, 'att_1'), value: { ...attachment, metadata: {}, createdAt: clock.now() } },
  ])

  const db = new DatabaseSync(store.path, { readOnly: true })
  onTestFinished(() => db.close())
  const rows = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  const noon = '2026-01-31 12:30:15.250'
  const later = '2026-01-31 12:30:16.250'
  const message = { thread_id: 't/1', kind: 'message', role: 'user', author_id: 'ann', created_at: noon }
  expect(rows("select * from v_messages where thread_id = 't/1' order by seq")).toEqual([
    {
      ...{ ...message, seq: 1, id: 'm1', text: 'Hello', reply_to: null, metadata: '{"lang":"en"}' },
      ...{ edited_at: later, deleted_at: null, expires_at: null },
    },
    {
      ...{ ...message, seq: 2, id: 'm2', text: 'Look:\nnice', reply_to: 'm1', metadata: '{}' },
      ...{ edited_at: null, deleted_at: null, expires_at: null },
    },
    {
      ...{ ...message, seq: 3, id: 'm3', text: null, reply_to: null, metadata: null },
      ...{ edited_at: null, deleted_at: later, expires_at: null },
    },
  ])
  expect(
    rows('select id, title, status, status_reason, owner_id, message_count, last_activity_at from v_threads'),
  ).toEqual([
    {
      ...{ id: 't/1', title: 'Order 7', status: 'locked', status_reason: 'paid', owner_id: 'ann' },
      ...{ message_count: 3, last_activity_at: noon },
    },
  ])
  expect(rows('select * from v_members')).toEqual([
    { thread_id: 't/1', user_id: 'ann', role: 'owner', archived: 0, muted: 0, joined_at: noon },
  ])
  expect(rows('select id, name, email, role, created_at, deleted_at from v_users')).toEqual([
    { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'support', created_at: noon, deleted_at: null },
  ])
  expect(rows('select * from v_attachments')).toEqual([
    {
      ...{ id: 'att_1', owner_id: 'ann', state: 'uploading', name: 'a.png', mime_type: 'image/png', size: 3 },
      ...{ thread_id: null, message_id: null, created_at: later },
    },
  ])
})
