import { names } from '../../domain/kernel/names.ts'
import type { Version } from '../../store/types.ts'
import { ok, rejects, same } from '../expect.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import {
  ada,
  admin,
  bob,
  codeOf,
  day,
  eve,
  hour,
  minute,
  say,
  sayMany,
  second,
  stranger,
  texts,
  thread,
} from './people.ts'

/** Threads: creating, reading, changing, forking, truncating, deleting. */
export const threadCases: readonly DomainCase[] = [
  domainCase(
    'a thread has an id of its own, a default title, its creator as owner, and starts empty',
    async ({ chat, clock }) => {
      const made = await thread(chat)
      const now = clock.now()
      const { id, version, ...rest } = made
      same(
        rest,
        {
          title: 'New conversation',
          status: { type: 'active' },
          ownerId: 'ada',
          metadata: {},
          createdAt: now,
          updatedAt: now,
          lastActivityAt: now,
          seq: 0,
          eventSeq: 2,
          messageCount: 0,
          memberCount: 1,
          direct: false,
        },
        'the answer',
      )
      ok(/^thr_[0-9a-z]{30}$/.test(id), `an id that nobody guesses: ${id}`)
      same(await chat.threads.get(ada, id), made, 'get')
      ok((await thread(chat)).id !== id, 'the next is another')
    },
  ),
  domainCase('a thread is created with everything that is given', async ({ chat }) => {
    const made = await thread(chat, {
      id: 'support/1',
      title: 'Billing inquiry',
      metadata: JSON.parse('{"topic":"billing","tags":["a","b"],"__proto__":{"x":1}}'),
      members: [{ userId: 'bob' }, { userId: 'cyd', role: 'viewer' }, { userId: 'ada', role: 'viewer' }],
      retention: { maxAge: day, maxMessages: 10 },
    })
    same([made.id, made.title, made.memberCount], ['support/1', 'Billing inquiry', 3], 'the answer')
    same(JSON.stringify(made.metadata), '{"topic":"billing","tags":["a","b"],"__proto__":{"x":1}}', 'metadata')
    same(made.retention, { maxAge: day, maxMessages: 10 }, 'retention')
    const members = (await chat.threads.members(bob, made.id)).items
    same(
      members.map(({ userId, role }) => [userId, role]),
      [
        ['ada', 'owner'],
        ['bob', 'member'],
        ['cyd', 'viewer'],
      ],
      'the creator is owner, whatever was asked',
    )
  }),
  domainCase(
    'a taken id is THREAD_EXISTS, or answers the thread when it is the actor’s and asked for',
    async ({ chat }) => {
      const made = await thread(chat, { id: 't', title: 'first' })
      await rejects(() => thread(chat, { id: 't' }), 'THREAD_EXISTS', 'default')
      await rejects(() => thread(chat, { id: 't', ifExists: 'error' }), 'THREAD_EXISTS', 'error')
      same(await thread(chat, { id: 't', title: 'second', ifExists: 'return' }), made, 'return: as it was')
      await rejects(
        () => chat.threads.create(bob, { id: 't', ifExists: 'return' }),
        'THREAD_EXISTS',
        "another's is not told",
      )
      await chat.threads.addMember(ada, 't', 'bob')
      same((await chat.threads.create(bob, { id: 't', ifExists: 'return' })).title, 'first', 'a member gets it')
      await chat.threads.delete(ada, 't')
      await rejects(() => thread(chat, { id: 't', ifExists: 'return' }), 'THREAD_EXISTS', 'deleted, it keeps its id')
    },
  ),
  domainCase('twenty who create one thread at once get one', async ({ chat, open }) => {
    const other = open()
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? chat : other).threads.create(ada, { id: 't', title: `${n}`, ifExists: 'return' }),
      ),
    )
    same(new Set(made.map(({ title }) => title)).size, 1, 'the same')
    same((await chat.threads.list(ada)).items.length, 1, 'one')
  }),
  domainCase('a malformed thread is refused with its own code, and nothing is written', async ({ chat }) => {
    const bad: [object, string][] = [
      [{ title: '' }, 'INVALID'],
      [{ title: 'x'.repeat(201) }, 'INVALID'],
      [{ title: 1 }, 'INVALID'],
      [{ id: '' }, 'INVALID_ID'],
      [{ id: 'x'.repeat(129) }, 'INVALID_ID'],
      [{ metadata: { a: undefined } }, 'INVALID_METADATA'],
      [{ metadata: [] }, 'INVALID_METADATA'],
      [{ metadata: { a: 'x'.repeat(16 * 1024) } }, 'INVALID_METADATA'],
      [{ members: [{ userId: 'bob', role: 'boss' }] }, 'INVALID_ROLE'],
      [{ members: [{ userId: '' }] }, 'INVALID_ID'],
      [{ members: 'bob' }, 'INVALID'],
      [{ members: [null] }, 'INVALID'],
      [{ members: Array.from({ length: 1_001 }, (_, n) => ({ userId: `u${n}` })) }, 'INVALID_LIMIT'],
      [{ retention: {} }, 'INVALID'],
      [{ retention: { maxAge: 1.5 } }, 'INVALID'],
      [{ retention: { maxAge: 1e16 } }, 'INVALID'],
      [{ retention: { maxMessages: 0 } }, 'INVALID'],
    ]
    for (const [input, code] of bad)
      same(await codeOf(() => chat.threads.create(ada, input)), code, JSON.stringify(input).slice(0, 60))
    same((await chat.threads.list(ada)).items, [], 'nothing')
  }),
  domainCase(
    'many threads are read in the order asked, with holes for what the actor may not see',
    async ({ chat }) => {
      const own = await thread(chat, { id: 'own' })
      await chat.threads.create(bob, { id: 'foreign' })
      await thread(chat, { id: 'gone' })
      await chat.threads.delete(ada, 'gone')
      const many = await chat.threads.getMany(ada, ['foreign', 'own', 'missing', 'gone', 'own'])
      same(many, [undefined, own, undefined, undefined, own], 'getMany')
    },
  ),
  domainCase(
    'title, metadata and retention change by merge patch; a lost update is refused',
    async ({ chat, clock }) => {
      const made = await thread(chat, {
        title: 'a',
        metadata: { a: 1, b: { c: 1, d: 2 } },
        retention: { maxMessages: 5 },
      })
      clock.advance(second)
      const next = await chat.threads.update(
        ada,
        made.id,
        { title: 'b', metadata: { a: null, b: { c: 9 }, e: [1] } },
        { version: made.version },
      )
      same([next.title, next.metadata], ['b', { b: { c: 9, d: 2 }, e: [1] }], 'merged')
      same([next.updatedAt, next.lastActivityAt], [clock.now(), made.lastActivityAt], 'an update is no activity')
      await rejects(
        () => chat.threads.update(ada, made.id, { title: 'c' }, { version: made.version }),
        'CONFLICT',
        'old',
      )
      await rejects(() => chat.threads.update(ada, made.id, {}, { version: '' as Version }), 'CONFLICT', 'forged')
      const replace = { replace: true }
      const whole = await chat.threads.update(ada, made.id, { metadata: { b: { x: null }, n: null } }, replace)
      same(whole.metadata, { b: { x: null }, n: null }, 'replaced')
      same((await chat.threads.update(ada, made.id, { title: 'b' }, replace)).metadata, whole.metadata, 'if given')
      same((await chat.threads.update(ada, made.id, { metadata: null })).metadata, {}, 'metadata cleared')
      ok(!('retention' in (await chat.threads.update(ada, made.id, { retention: null }))), 'retention cleared')
      for (const [patch, code] of [
        [{ title: '' }, 'INVALID'],
        [{ metadata: 1 }, 'INVALID_METADATA'],
        [{ retention: {} }, 'INVALID'],
      ] as [object, string][])
        same(await codeOf(() => chat.threads.update(ada, made.id, patch)), code, JSON.stringify(patch))
      same((await chat.threads.get(ada, made.id)).title, 'b', 'what was refused was not written')
    },
  ),
  domainCase('what a caller does to what it gave or was given changes nothing', async ({ chat }) => {
    const input = { metadata: { a: [1], b: { c: 1 } }, retention: { maxMessages: 5 } }
    const made = await thread(chat, input)
    input.metadata.a.push(2)
    input.metadata.b.c = 2
    input.retention.maxMessages = 1
    const appended = await chat.messages.append(ada, made.id, {
      content: [{ type: 'text', text: 'x' }],
      metadata: { m: [1] },
    })
    for (const answer of [made, appended.thread, appended.message, await chat.threads.get(ada, made.id)])
      scramble(answer)
    await say(chat, ada, made.id, 'again')
    const now = await chat.threads.get(ada, made.id)
    same(
      [now.metadata, now.retention, now.status],
      [{ a: [1], b: { c: 1 } }, { maxMessages: 5 }, { type: 'active' }],
      'thread',
    )
    const [first] = await chat.messages.newest(ada, made.id, 2)
    same([first?.content, first?.metadata], [[{ type: 'text', text: 'x' }], { m: [1] }], 'message')
  }),
  domainCase('a locked or closed thread takes no words, says why, and can be opened again', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
    const message = await say(chat, ada, id, 'before')
    for (const type of ['locked', 'closed'] as const) {
      const code = type === 'locked' ? 'THREAD_LOCKED' : 'THREAD_CLOSED'
      same(
        (await chat.threads.setStatus(ada, id, { type, reason: 'resolved' })).status,
        { type, reason: 'resolved' },
        type,
      )
      for (const call of [
        () => say(chat, ada, id, 'x'),
        () => say(chat, bob, id, 'x', { role: 'assistant' }),
        () => chat.messages.appendMany(ada, id, [{ content: 'x' }]),
        () => chat.messages.edit(ada, id, message.id, { content: 'y' }),
        () => chat.messages.delete(ada, id, message.id),
        () => chat.messages.delete(ada, id, message.id, { mode: 'hard' }),
        () => chat.threads.truncate(ada, id, message.id, { inclusive: true }),
        () => chat.messages.typing(ada, id),
      ]) {
        const error = await rejects(call, code, type)
        same(error.details, { reason: 'resolved' }, 'the reason is told')
      }
      same((await chat.messages.newest(bob, id, 5)).length, 1, 'it can be read')
      await chat.messages.markRead(bob, id, { seq: 1 })
      await chat.messages.feedback(bob, id, [message.id], 'positive')
      await chat.threads.update(bob, id, { title: 'still renamed' })
    }
    const host = { userId: 'ada', scopes: ['threads:inactive' as const] }
    await say(chat, host, id, 'a host that may', { role: 'assistant' })
    await rejects(() => say(chat, { ...admin, userId: 'ada' }, id, 'x'), 'THREAD_CLOSED', 'that is not for admins')
    await rejects(() => say(chat, { ...host, userId: 'eve' }, id, 'x'), 'NOT_FOUND', 'nor for strangers')
    await chat.threads.setStatus(ada, id, { type: 'active' })
    await say(chat, ada, id, 'after')
    for (const status of [
      { type: 'open' },
      null,
      { type: 'locked', reason: '' },
      { type: 'closed', reason: 'x'.repeat(501) },
    ])
      same(
        await codeOf(() => chat.threads.setStatus(ada, id, status as never)),
        'INVALID',
        JSON.stringify(status).slice(0, 40),
      )
  }),
  domainCase('two people have one direct thread, whoever opens it and however many at once', async ({ chat, open }) => {
    const other = open()
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 ? chat.threads.direct(ada, 'bob') : other.threads.direct(bob, 'ada'),
      ),
    )
    same(new Set(opened.map(({ id }) => id)).size, 1, 'one')
    const id = opened[0]!.id
    same([opened[0]!.direct, opened[0]!.memberCount], [true, 2], 'of two')
    same((await chat.threads.list(ada)).items.length, 1, 'in the list once')
    await rejects(() => chat.threads.direct(ada, 'ada'), 'INVALID', 'with oneself')
    for (const call of [
      () => chat.threads.addMember(ada, id, 'cyd'),
      () => chat.threads.removeMember(ada, id, 'bob'),
      () => chat.threads.removeMember(ada, id, 'ada'),
      () => chat.threads.setRole(ada, id, 'bob', 'viewer'),
    ])
      await rejects(call, 'CONFLICT', 'it stays between the two')
    const message = await say(chat, bob, id, 'my words')
    await rejects(() => chat.messages.edit(ada, id, message.id, { content: 'your words' }), 'FORBIDDEN', 'edit')
    await rejects(() => chat.messages.delete(ada, id, message.id), 'FORBIDDEN', 'delete')
    await rejects(() => chat.messages.delete(ada, id, message.id, { mode: 'hard' }), 'FORBIDDEN', 'delete for good')
    await chat.messages.edit(bob, id, message.id, { content: 'my other words' })
  }),
  domainCase(
    'a deleted direct thread is followed by another, and then cannot come back beside it',
    async ({ chat }) => {
      const first = await chat.threads.direct(ada, 'bob')
      await chat.threads.delete(ada, first.id)
      same((await chat.threads.restore(ada, first.id)).id, first.id, 'restored')
      await chat.threads.delete(ada, first.id)
      const second = await chat.threads.direct(bob, 'ada')
      ok(second.id !== first.id, 'another')
      await rejects(() => chat.threads.restore(ada, first.id), 'CONFLICT', 'not two of them')
      same((await chat.threads.direct(ada, 'bob')).id, second.id, 'and everybody finds the same')
    },
  ),
  domainCase('a direct thread whose other side is gone for good can be deleted and brought back', async ({ chat }) => {
    await chat.users.create(bob, 'bob')
    const { id } = await chat.threads.direct(ada, 'bob')
    await chat.users.delete(bob, 'bob', { mode: 'hard' })
    await chat.threads.delete(ada, id)
    same((await chat.threads.restore(ada, id)).memberCount, 1, 'with who is left')
  }),
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
  domainCase(
    'a deleted thread is gone at once, can come back within its grace, and then never',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
      await say(chat, ada, id, 'x')
      await rejects(() => chat.threads.delete(bob, id), 'FORBIDDEN', 'owners only')
      await chat.threads.delete(ada, id)
      for (const actor of [ada, bob, admin]) {
        await rejects(() => chat.threads.get(actor, id), 'NOT_FOUND', 'get')
        await rejects(() => say(chat, actor, id, 'y'), 'NOT_FOUND', 'append')
        await rejects(() => chat.threads.delete(actor, id), 'NOT_FOUND', 'delete again')
      }
      same((await chat.threads.list(bob)).items, [], 'list')
      await rejects(() => chat.threads.restore(stranger, id), 'NOT_FOUND', 'a stranger')
      await rejects(() => chat.threads.restore(bob, id), 'FORBIDDEN', 'an editor')
      clock.advance(7 * day - 1)
      same((await chat.threads.restore(ada, id)).messageCount, 1, 'back within the grace')
      same((await chat.threads.restore(ada, id)).id, id, 'restoring what is there is fine')
      same((await chat.threads.list(bob)).items.length, 1, 'listed again')
      await chat.threads.delete(ada, id)
      clock.advance(7 * day)
      await rejects(() => chat.threads.restore(ada, id), 'NOT_FOUND', 'after the grace')
      const other = await thread(chat)
      await chat.threads.delete(ada, other.id, { immediate: true })
      await rejects(() => chat.threads.restore(ada, other.id), 'NOT_FOUND', 'without a grace')
    },
  ),
  domainCase(
    'a purge removes everything of a thread but a gravestone, and its id comes free in the end',
    async ({ chat, clock, store, blobs }) => {
      const { id } = await thread(chat, { id: 't', members: [{ userId: 'bob' }], retention: { maxMessages: 99 } })
      const file = await chat.attachments.create(ada, { name: 'f', mimeType: 'text/plain' })
      await chat.attachments.upload(ada, file.id, bytes('hello'))
      await chat.attachments.complete(ada, file.id)
      const message = await say(chat, ada, id, 'x', { attachments: [file.id], clientId: 'c', ttl: 1e6 })
      await chat.messages.edit(ada, id, message.id, { content: 'y' })
      await chat.messages.markRead(bob, id, { seq: 1 })
      await chat.messages.feedback(bob, id, [message.id], 'negative')
      await chat.projections.settle()
      await chat.threads.delete(ada, id, { immediate: true })
      same((await chat.jobs.purge(admin, { dryRun: true })).ids, [id], 'dry run')
      same((await chat.jobs.purge(admin)).ids, [id], 'purged')
      same((await chat.jobs.purge(admin)).removed, 0, 'once')
      for (const part of [
        names.messages,
        names.messageIds,
        names.edits,
        names.receipts,
        names.feedback,
        names.idempotency,
        names.members,
        names.dueOf,
      ])
        same(await store.list(part(id), { limit: 1 }), [], part(id))
      for (const whole of [
        names.attachments,
        names.blobs,
        names.purges,
        names.retained,
        names.due,
        names.threadsOf('ada'),
        names.threadsOf('bob'),
      ])
        same(await store.list(whole, { limit: 1 }), [], whole)
      same(await Array.fromAsync(blobs.list()), [], 'its bytes')
      await rejects(() => thread(chat, { id }), 'THREAD_EXISTS', 'its id is taken for a while')
      await rejects(() => chat.threads.get(admin, id), 'NOT_FOUND', 'for nobody')
      await chat.projections.settle()
      clock.advance(15 * day)
      same((await thread(chat, { id })).eventSeq, 2, 'then it is free')
      await say(chat, ada, id, 'anew')
      await chat.projections.settle()
      same((await chat.stats.thread(ada, id)).messageCount, 1, 'counted anew')
    },
  ),
  domainCase('a held thread keeps everything, also what would have expired', async ({ chat, clock }) => {
    const { id } = await thread(chat, { retention: { maxAge: hour, maxMessages: 1 } })
    const first = await say(chat, ada, id, 'needle one', { ttl: 60 })
    const second = await say(chat, ada, id, 'needle two')
    await chat.messages.edit(ada, id, first.id, { content: 'needle edited' })
    const deleted = await say(chat, ada, id, 'needle deleted', { ttl: 60 })
    await chat.messages.delete(ada, id, deleted.id)
    await rejects(() => chat.threads.setLegalHold(ada, id, true), 'FORBIDDEN', 'admins only')
    same((await chat.threads.setLegalHold(admin, id, true)).legalHold, true, 'held')
    await say(chat, ada, id, 'needle three', { ttl: 60 })
    clock.advance(2 * hour)
    same(
      texts(await chat.messages.newest(ada, id, 9)),
      ['needle edited', 'needle two', 'needle three'],
      'nothing expires',
    )
    same((await chat.messages.edits(ada, id, first.id)).length, 1, 'nor what it said before')
    same((await chat.messages.restore(ada, id, deleted.id)).content, 'needle deleted', 'nor what is deleted')
    await chat.projections.settle()
    same((await chat.search.messages(ada, { query: 'needle' })).results.length, 4, 'and it is found')
    for (const call of [
      () => chat.threads.delete(ada, id),
      () => chat.threads.truncate(ada, id, first.id),
      () => chat.messages.delete(ada, id, second.id, { mode: 'hard' }),
    ])
      await rejects(call, 'LEGAL_HOLD', 'nothing is removed')
    const report = await chat.jobs.expire(admin)
    same([report.removed, report.held], [0, 1], 'no retention')
    same((await chat.jobs.cleanup(admin, { olderThanDays: 0.01 })).held, 1, 'no cleaning up')
    await chat.messages.delete(ada, id, second.id)
    await chat.threads.setLegalHold(admin, id, false)
    await chat.jobs.expire(admin)
    same((await chat.threads.get(ada, id)).messageCount, 0, 'lifted: the policy holds again')
    await chat.threads.delete(ada, id)
    await chat.threads.setLegalHold(admin, id, true)
    clock.advance(30 * day)
    same((await chat.jobs.purge(admin)).held, 1, 'a deleted thread can be held, too')
    await chat.threads.setLegalHold(admin, id, false)
    same((await chat.jobs.purge(admin)).removed, 1, 'and let go')
  }),
  domainCase(
    'retention takes the oldest away: by age at the moment, by number with the job',
    async ({ chat, clock }) => {
      const { id } = await thread(chat)
      await sayMany(chat, ada, id, 12)
      const old = (await chat.messages.newest(ada, id, 12))[0]!
      await chat.messages.delete(ada, id, old.id)
      await chat.threads.update(ada, id, { retention: { maxMessages: 5 } })
      same((await chat.jobs.expire(admin, { dryRun: true })).removed, 7, 'dry run: with the deleted one before them')
      same((await chat.threads.get(ada, id)).messageCount, 11, 'nothing happened')
      await chat.jobs.expire(admin)
      same(texts(await chat.messages.newest(ada, id, 9)), ['8', '9', '10', '11', '12'], 'the newest five')
      same((await chat.jobs.expire(admin)).removed, 0, 'and no more')
      await chat.threads.update(ada, id, { retention: { maxAge: hour } })
      clock.advance(30 * minute)
      const late = await say(chat, ada, id, 'late')
      same(late.expiresAt, clock.now() + hour, 'a new message knows its end')
      clock.advance(30 * minute)
      same((await chat.jobs.expire(admin)).removed, 5, 'older ones go with the job')
      clock.advance(30 * minute)
      same(await chat.messages.newest(ada, id, 9), [], 'new ones by themselves')
      same((await chat.threads.get(ada, id)).messageCount, 0, 'counted out without a job')
      await say(chat, eve, (await chat.threads.create(eve)).id, 'unaffected')
    },
  ),
]

/** Changes everything that can be changed in an answer. */
function scramble(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const name of Object.keys(value)) {
    const target = value as Record<string, unknown>
    if (typeof target[name] === 'object' && target[name] !== null) scramble(target[name])
    else if (name !== 'id') target[name] = 'scrambled'
  }
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
