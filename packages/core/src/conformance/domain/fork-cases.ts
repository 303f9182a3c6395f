import { ok, rejects, same } from '../expect.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, day, minute, say, sayMany, second, stranger, texts, thread } from './people.ts'

/** Threads that begin as a copy of another, and threads that end earlier than they did. */
export const forkCases: readonly DomainCase[] = [
  domainCase('a fork has what was said up to a message, and lives on its own', async ({ chat, clock }) => {
    const source = await thread(chat, {
      title: 'source',
      metadata: { a: 1 },
      members: [{ userId: 'bob', role: 'viewer' }],
    })
    await sayMany(chat, ada, source.id, 150)
    const messages = await chat.messages.newest(ada, source.id, 100)
    await chat.messages.edit(ada, source.id, messages[0]!.id, { content: 'edited' })
    await chat.messages.delete(ada, source.id, messages[1]!.id)
    const kept = await say(chat, ada, source.id, 'expires', { ttl: 60 })
    await chat.messages.append(admin, source.id, { kind: 'hidden_context', role: 'system', data: { secret: 1 } })
    const last = await say(chat, ada, source.id, 'last')
    await say(chat, ada, source.id, 'not copied')
    clock.advance(second)
    const fork = await chat.threads.fork(bob, source.id, last.id)
    same([fork.ownerId, fork.title, fork.metadata, fork.memberCount], ['bob', 'source', { a: 1 }, 1], "bob's own")
    same(fork.forkedFrom, { threadId: source.id, messageId: last.id }, 'it knows where it comes from')
    const copies = await chat.messages.newest(bob, fork.id, 100)
    same([fork.messageCount, fork.seq], [151, 151], 'what was deleted or hidden is not copied, and leaves no gap')
    same(texts(copies.slice(-3)), ['150', 'expires', 'last'], 'the end')
    same(
      [copies.at(-1)?.id, copies.at(-1)?.createdAt, copies.at(-1)?.authorId],
      [last.id, last.createdAt, 'ada'],
      'ids, times and authors',
    )
    same(copies.at(-2)?.expiresAt, kept.expiresAt, 'and ends of life')
    await chat.messages.delete(bob, fork.id, last.id, { mode: 'hard' })
    same((await chat.messages.get(ada, source.id, last.id)).content, 'last', 'the source is untouched')
    clock.advance(minute)
    same((await chat.threads.get(bob, fork.id)).messageCount, 149, 'and expires on its own')
    await rejects(() => chat.threads.get(ada, fork.id), 'NOT_FOUND', 'the source’s owner is no member')
    const named = await chat.threads.fork(ada, source.id, last.id, {
      id: 'named',
      title: 'other',
      members: [{ userId: 'cyd' }],
    })
    same([named.id, named.title, named.memberCount], ['named', 'other', 2], 'with what is given')
    await rejects(() => chat.threads.fork(ada, source.id, last.id, { id: 'named' }), 'THREAD_EXISTS', 'a taken id')
    await rejects(() => chat.threads.fork(ada, source.id, 'none'), 'NOT_FOUND', 'an unknown message')
    await rejects(() => chat.threads.fork(stranger, source.id, last.id), 'NOT_FOUND', 'a stranger')
  }),
  domainCase('a fork that crashed halfway is never seen, and is purged', async ({ chat, clock, store, open }) => {
    const source = await thread(chat)
    await sayMany(chat, ada, source.id, 120)
    const last = (await chat.messages.newest(ada, source.id, 1))[0]!
    const crashing = open({ store: crashAfter(store, 2), projector: 'external' })
    ok(
      (await codeOf(() => crashing.threads.fork(ada, source.id, last.id, { id: 'half' }))) === 'UNAVAILABLE',
      'it crashed',
    )
    await rejects(() => chat.threads.get(ada, 'half'), 'NOT_FOUND', 'not seen')
    same((await chat.threads.list(ada)).items.length, 1, 'nor listed')
    clock.advance(8 * day)
    await chat.jobs.purge(admin)
    await rejects(() => chat.threads.restore(admin, 'half'), 'NOT_FOUND', 'gone')
  }),
  domainCase('truncating takes the tail away, with or without the message itself', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    await sayMany(chat, ada, id, 250)
    const all = await chat.messages.page(ada, id, { first: 100 })
    const message = all.items[9]!
    await chat.messages.delete(ada, id, all.items[20]!.id)
    await rejects(() => chat.threads.truncate(bob, id, message.id), 'FORBIDDEN', 'a member may not')
    same(await chat.threads.truncate(ada, id, message.id), 240, 'how many left')
    same(texts(await chat.messages.newest(ada, id, 2)), ['9', '10'], 'the message stays')
    same((await chat.threads.get(ada, id)).messageCount, 10, 'the count')
    same(await chat.threads.truncate(ada, id, message.id, { inclusive: true }), 1, 'inclusive')
    same(texts(await chat.messages.newest(ada, id, 1)), ['9'], 'and it is gone')
    same((await say(chat, ada, id, 'next')).seq, 251, 'numbers are never used again')
    await rejects(() => chat.threads.truncate(ada, id, message.id), 'NOT_FOUND', 'an unknown message')
  }),
]
