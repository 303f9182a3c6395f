import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import { same } from '../expect.ts'
import { file } from './attachment-cases.ts'
import { chunks, fileOf } from './exported-file.ts'
import { ada, admin, bob, say, sayMany, second } from './people.ts'

/** Everything that a user can have, in a few records. */
export async function richUser(chat: Threadkeep, clock: { advance(millis: number): number }): Promise<void> {
  await chat.users.create(admin, 'ada', { name: 'Ada', email: 'ada@x', preferences: { a: 1 }, metadata: { b: [2] } })
  clock.advance(second)
  await chat.users.update(ada, 'ada', { role: 'engineer' })
  await chat.threads.create(ada, {
    id: 'empty',
    title: 'Empty',
    metadata: { a: { b: 1 } },
    retention: { maxMessages: 500 },
  })
  clock.advance(second)
  const direct = await chat.transfer.import(
    admin,
    chunks(
      fileOf([
        {
          type: 'thread',
          thread: {
            id: 'direct',
            title: 'New conversation',
            status: { type: 'active' },
            ownerId: 'ada',
            metadata: {},
            createdAt: 1,
            updatedAt: 2,
            lastActivityAt: 2,
            seq: 0,
            direct: true,
          },
          members: [
            { userId: 'ada', role: 'owner', joinedAt: 1, readSeq: 0, deliveredSeq: 0 },
            { userId: 'bob', role: 'owner', joinedAt: 1, readSeq: 0, deliveredSeq: 0 },
          ],
        },
      ]),
      99,
    ),
  )
  same(direct.failed, 0, 'a direct thread by import')
  await say(chat, bob, 'direct', 'hello')
  await chat.threads.create(bob, { id: 'shared', members: [{ userId: 'ada', role: 'viewer' }, { userId: 'cyd' }] })
  await sayMany(chat, bob, 'shared', 3)
  await chat.threads.setStatus(bob, 'shared', { type: 'closed', reason: 'done' })
  await chat.messages.markRead(ada, 'shared', { seq: 1 })
  await chat.messages.markDelivered(ada, 'shared', 3)
  await chat.messages.markRead(ada, 'shared', { seq: 3 }, { private: true })
  await chat.threads.mute(ada, 'shared')
  await chat.threads.archive(ada, 'shared')
  await chat.threads.create(ada, { id: 'big', members: [{ userId: 'bob', role: 'editor' }] })
  for (let n = 0; n < 12; n++) {
    clock.advance(second)
    await chat.messages.appendMany(
      ada,
      'big',
      Array.from({ length: 10 }, (_, i) => ({
        content: `${n} ${i}`,
        ...(i % 3 === 0 && { role: 'assistant' as const }),
      })),
    )
  }
  const one = await file(chat, ada, 'the bytes of a file')
  await say(chat, ada, 'big', 'needle', {
    id: 'm',
    metadata: { a: [1] },
    attachments: [one.id],
    clientId: 'c',
    ttl: 1e7,
  })
  clock.advance(second)
  await chat.messages.edit(ada, 'big', 'm', { content: 'a needle', metadata: { b: 2 } })
  await chat.messages.edit(bob, 'big', 'm', { content: [{ type: 'text', text: 'a needle again' }] })
  await say(chat, bob, 'big', 'reply', { replyTo: 'm' })
  const gone = await say(chat, ada, 'big', 'gone')
  await chat.messages.delete(ada, 'big', gone.id, { mode: 'hard' })
  await chat.messages.append(bob, 'big', { kind: 'task', role: 'assistant', data: { task: { a: 1 } } })
  await chat.messages.append(bob, 'big', { kind: 'unknown.kind', data: { x: [null] }, role: 'tool', authorId: 'bot' })
  await chat.messages.append(admin, 'big', { kind: 'hidden_context', role: 'system', data: { x: 1 } })
  await chat.messages.feedback(bob, 'big', ['m'], 'positive')
  await chat.messages.feedback(ada, 'big', ['m'], 'negative')
  await chat.users.block(ada, 'bob')
  clock.advance(second)
  await say(chat, ada, 'big', 'the last')
  await chat.projections.settle()
}
