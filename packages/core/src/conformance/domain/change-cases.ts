import type { Version } from '../../store/types.ts'
import { rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, say, sayMany, second, stranger, texts, thread } from './people.ts'

/** Editing, deleting, markers, unread counts, feedback. */
export const changeCases: readonly DomainCase[] = [
  domainCase('an edit changes what is given, and every earlier state can be read', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
    const first = await say(chat, ada, id, 'one', { metadata: { a: 1, b: { c: 1 } } })
    clock.advance(second)
    const two = await chat.messages.edit(
      ada,
      id,
      first.id,
      { content: 'two', metadata: { a: null, b: { d: 2 } } },
      { version: first.version },
    )
    same([two.content, two.metadata, two.edits, two.editedAt], ['two', { b: { c: 1, d: 2 } }, 1, clock.now()], 'merged')
    same([two.seq, two.createdAt, two.authorId], [first.seq, first.createdAt, 'ada'], 'the rest stays')
    same(await chat.messages.get(ada, id, first.id), two, 'as stored')
    await rejects(
      () => chat.messages.edit(ada, id, first.id, { content: 'x' }, { version: first.version }),
      'CONFLICT',
      'a lost update',
    )
    await rejects(
      () => chat.messages.edit(ada, id, first.id, { content: 'x' }, { version: '' as Version }),
      'CONFLICT',
      'forged',
    )
    clock.advance(second)
    const three = await chat.messages.edit(
      bob,
      id,
      first.id,
      { content: [{ type: 'text', text: 'three' }], metadata: null },
      { version: two.version },
    )
    same([three.content, three.metadata], [[{ type: 'text', text: 'three' }], {}], 'by an editor')
    same(
      await chat.messages.edits(ada, id, first.id),
      [
        { content: 'one', metadata: { a: 1, b: { c: 1 } }, editedAt: clock.now() - second, editedBy: 'ada' },
        { content: 'two', metadata: { b: { c: 1, d: 2 } }, editedAt: clock.now(), editedBy: 'bob' },
      ],
      'oldest first',
    )
    const some = async (options: object) =>
      (await chat.messages.edits(ada, id, first.id, options)).map(({ content }) => content)
    same(await some({ limit: 1 }), ['two'], 'the newest')
    same(await some({ limit: 1, before: 2 }), ['one'], 'and those before')
    same(await some({ before: 1 }), [], 'before the first')
    for (const options of [{ limit: 0 }, { limit: 101 }, { before: 0 }])
      same(await codeOf(() => some(options)), 'INVALID_LIMIT', JSON.stringify(options))
    for (const [patch, code] of [
      [{ content: ' ' }, 'INVALID_CONTENT'],
      [{ content: 'x'.repeat(10_001) }, 'INVALID_CONTENT'],
      [{ metadata: 5 }, 'INVALID_METADATA'],
      [{ metadata: { a: 'x'.repeat(16_384) } }, 'INVALID_METADATA'],
      [{ data: 'x' }, 'INVALID_CONTENT'],
    ] as [object, string][])
      same(await codeOf(() => chat.messages.edit(ada, id, first.id, patch)), code, JSON.stringify(patch).slice(0, 50))
    same((await chat.messages.get(ada, id, first.id)).edits, 2, 'what was refused was not written')
    await rejects(() => chat.messages.edit(ada, id, 'none', { content: 'x' }), 'NOT_FOUND', 'unknown')
    await rejects(() => chat.messages.edits(stranger, id, first.id), 'NOT_FOUND', 'a stranger')
  }),
  domainCase('parallel edits all happen, one after the other', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat)
    const { id: messageId } = await say(chat, ada, id, '0')
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 ? chat : other).messages.edit(ada, id, messageId, { metadata: { [`k${n}`]: n } }),
      ),
    )
    const now = await chat.messages.get(ada, id, messageId)
    same([now.edits, Object.keys(now.metadata).length], [12, 12], 'none is lost')
    same(
      (await chat.messages.edits(ada, id, messageId)).map(({ metadata }) => Object.keys(metadata).length),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      'each earlier state is there',
    )
  }),
  domainCase('a softly deleted message shows that it is gone, and comes back as it was', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const message = await say(chat, ada, id, 'secret', { metadata: { a: 1 } })
    await say(chat, ada, id, 'other')
    clock.advance(second)
    await chat.messages.delete(ada, id, message.id)
    await chat.messages.delete(ada, id, message.id)
    const { version, ...gone } = await chat.messages.get(bob, id, message.id)
    same(
      gone,
      {
        id: message.id,
        threadId: id,
        seq: 1,
        kind: 'message',
        role: 'user',
        authorId: 'ada',
        metadata: {},
        attachments: [],
        createdAt: message.createdAt,
        edits: 0,
        deletedAt: clock.now(),
        deletedBy: 'ada',
      },
      'nothing that it said',
    )
    same(
      [(await chat.threads.get(ada, id)).messageCount, texts(await chat.messages.newest(ada, id, 9))],
      [1, ['other']],
      'it does not count',
    )
    await rejects(() => chat.messages.edit(ada, id, message.id, { content: 'x' }), 'NOT_FOUND', 'no edit')
    await rejects(() => chat.messages.edits(ada, id, message.id), 'NOT_FOUND', 'no history')
    await rejects(() => chat.messages.feedback(ada, id, [message.id], 'positive'), 'NOT_FOUND', 'no opinion')
    const back = await chat.messages.restore(ada, id, message.id)
    same([back.content, back.metadata, back.deletedAt], ['secret', { a: 1 }, undefined], 'restored')
    same(await chat.messages.restore(ada, id, message.id), back, 'twice is fine')
    same((await chat.threads.get(ada, id)).messageCount, 2, 'it counts again')
  }),
  domainCase('a message deleted for good is gone with all that hung on it', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const message = await say(chat, ada, id, 'x', { id: 'm', ttl: 1e6 })
    await chat.messages.edit(ada, id, message.id, { content: 'y' })
    await chat.messages.feedback(bob, id, ['m'], 'negative')
    await chat.messages.delete(ada, id, 'm')
    await chat.messages.delete(ada, id, 'm', { mode: 'hard' })
    for (const call of [
      () => chat.messages.get(ada, id, 'm'),
      () => chat.messages.restore(ada, id, 'm'),
      () => chat.messages.delete(ada, id, 'm'),
      () => chat.messages.feedbackOf(ada, id, 'm'),
    ])
      await rejects(call, 'NOT_FOUND', 'gone')
    same((await say(chat, ada, id, 'z', { id: 'm' })).seq, 2, 'its number is not used again')
    same(await chat.messages.edits(ada, id, 'm'), [], 'a new one of that id has no past')
    same(await chat.messages.feedbackOf(ada, id, 'm'), [], 'and no opinions')
    same((await chat.threads.get(ada, id)).messageCount, 1, 'the count')
  }),
  domainCase('a message that expires stays deleted, edited or restored only until then', async ({ chat, clock }) => {
    const { id } = await thread(chat)
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((text) => say(chat, ada, id, text, { ttl: 10 })))
    await chat.messages.delete(ada, id, a!.id)
    await chat.messages.delete(ada, id, b!.id)
    await chat.messages.restore(ada, id, b!.id)
    await chat.messages.edit(ada, id, c!.id, { content: 'cc' })
    same((await chat.threads.get(ada, id)).messageCount, 2, 'before')
    clock.advance(10 * second)
    await rejects(() => chat.messages.restore(ada, id, a!.id), 'NOT_FOUND', 'too late')
    same((await chat.threads.get(ada, id)).messageCount, 0, 'after')
    same(await chat.messages.newest(ada, id, 9, { includeDeleted: true }), [], 'nothing is left')
  }),
  domainCase(
    'read markers only move forward, also when moved at once; delivered ones apart',
    async ({ chat, open }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      await sayMany(chat, ada, id, 10)
      const other = open()
      same(await chat.messages.markDelivered(bob, id, 4), { userId: 'bob', readSeq: 0, deliveredSeq: 4 }, 'delivered')
      same(await chat.messages.markRead(bob, id, { seq: 3 }), { userId: 'bob', readSeq: 3, deliveredSeq: 4 }, 'read')
      same((await chat.messages.markRead(bob, id, { seq: 1 })).readSeq, 3, 'never back')
      same((await chat.messages.markDelivered(bob, id, 1)).deliveredSeq, 4, 'neither of them')
      same(
        await chat.messages.markRead(bob, id, { seq: 99 }),
        { userId: 'bob', readSeq: 10, deliveredSeq: 10 },
        'not beyond the end; read is delivered',
      )
      await sayMany(chat, ada, id, 20, 11)
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? chat : other).messages.markRead(ada, id, { seq: n + 1 })),
      )
      same(
        (await chat.messages.receipts(bob, id)).find(({ userId }) => userId === 'ada')?.readSeq,
        20,
        'of many the furthest',
      )
      const message = (await chat.messages.newest(ada, id, 5))[0]!
      same((await chat.messages.markRead(ada, id, { messageId: message.id })).readSeq, message.seq, 'by message')
      for (const [to, code] of [
        [{ seq: -1 }, 'INVALID'],
        [{ seq: 1.5 }, 'INVALID'],
        [{ seq: 'x' }, 'INVALID'],
        [null, 'INVALID'],
        [{ messageId: 'none' }, 'NOT_FOUND'],
      ] as [never, string][])
        same(await codeOf(() => chat.messages.markRead(bob, id, to)), code, JSON.stringify(to))
      await rejects(() => chat.messages.markRead(admin, id, { seq: 1 }), 'FORBIDDEN', 'who is no member has no marker')
      await rejects(() => chat.messages.markRead(stranger, id, { seq: 1 }), 'NOT_FOUND', 'a stranger')
      await rejects(() => chat.messages.receipts(stranger, id), 'NOT_FOUND', 'nor sees any')
    },
  ),
  domainCase('private reading is shown to nobody else', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    await sayMany(chat, ada, id, 5)
    await chat.messages.markRead(bob, id, { seq: 2 })
    await chat.messages.markRead(bob, id, { seq: 5 }, { private: true })
    const seen = async (actor: typeof ada) => {
      const receipt = (await chat.messages.receipts(actor, id)).find(({ userId }) => userId === 'bob')
      const member = await chat.threads.member(actor, id, 'bob')
      return [receipt?.readSeq, receipt?.deliveredSeq, member.readSeq]
    }
    same(await seen(bob), [5, 2, 5], 'for himself')
    same(await seen(ada), [2, 2, 2], 'for the other')
    same(await seen(admin), [2, 2, 2], 'for an admin')
    same((await chat.messages.unread(bob, [id]))[0]?.count, 0, 'and nothing is unread')
    await chat.messages.markRead(bob, id, { seq: 4 })
    same((await seen(ada))[0], 4, 'what is then read openly is shown')
  }),
  domainCase('unread counts what others wrote and can be read, up to a hundred', async ({ chat, clock }) => {
    const { id } = await thread(chat, { id: 'a', members: [{ userId: 'bob' }] })
    const other = await thread(chat, { id: 'b', members: [{ userId: 'bob' }] })
    await thread(chat, { id: 'foreign' })
    await sayMany(chat, ada, id, 3)
    await say(chat, bob, id, 'own')
    const gone = await say(chat, ada, id, 'gone')
    await chat.messages.delete(ada, id, gone.id)
    await say(chat, ada, id, 'expires', { ttl: 5 })
    await chat.messages.append(admin, id, { kind: 'hidden_context', role: 'system', data: {} })
    same(
      await chat.messages.unread(bob, ['foreign', id, 'missing', other.id]),
      [
        { threadId: 'a', readSeq: 0, count: 4, more: false },
        { threadId: 'b', readSeq: 0, count: 0, more: false },
      ],
      'what can be seen',
    )
    clock.advance(5 * second)
    same((await chat.messages.unread(bob, [id]))[0]?.count, 3, 'expired')
    await chat.messages.markRead(bob, id, { seq: 2 })
    same(
      (await chat.messages.unread(bob, [id]))[0],
      { threadId: 'a', readSeq: 2, count: 1, more: false },
      'after the marker',
    )
    await sayMany(chat, ada, other.id, 100)
    same(
      (await chat.messages.unread(bob, [other.id]))[0],
      { threadId: 'b', readSeq: 0, count: 100, more: false },
      'a hundred',
    )
    await sayMany(chat, bob, other.id, 150)
    same((await chat.messages.unread(bob, [other.id]))[0]?.more, false, 'own words are no news')
    await say(chat, ada, other.id, 'one more')
    same(
      (await chat.messages.unread(bob, [other.id]))[0],
      { threadId: 'b', readSeq: 0, count: 100, more: true },
      'and more',
    )
  }),
  domainCase('opinions: one each, changed and withdrawn, seen by all members', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'viewer' }] })
    const [a, b] = [await say(chat, ada, id, 'a'), await say(chat, ada, id, 'b')]
    await chat.messages.feedback(bob, id, [a.id, b.id], 'positive')
    await chat.messages.feedback(ada, id, [a.id], 'positive')
    await chat.messages.feedback(bob, id, [a.id], 'negative')
    const at = clock.now()
    same(
      await chat.messages.feedbackOf(ada, id, a.id),
      [
        { userId: 'ada', feedback: 'positive', at },
        { userId: 'bob', feedback: 'negative', at },
      ],
      'one each',
    )
    await chat.messages.feedback(bob, id, [a.id, a.id], null)
    same(
      (await chat.messages.feedbackOf(ada, id, a.id)).map(({ userId }) => userId),
      ['ada'],
      'withdrawn',
    )
    same((await chat.messages.feedbackOf(ada, id, b.id)).length, 1, 'the other stays')
    await rejects(() => chat.messages.feedback(bob, id, [b.id, 'none'], 'negative'), 'NOT_FOUND', 'one unknown')
    same((await chat.messages.feedbackOf(ada, id, b.id))[0]?.feedback, 'positive', 'and nothing is written')
    await rejects(() => chat.messages.feedback(bob, id, [], 'negative'), 'INVALID_LIMIT', 'none')
    await rejects(() => chat.messages.feedback(bob, id, [a.id], 'bad' as never), 'INVALID', 'no such opinion')
    await rejects(() => chat.messages.feedbackOf(ada, id, 'none'), 'NOT_FOUND', 'of an unknown message')
  }),
  domainCase('opinions on many messages at once are those on each of them', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const other = await chat.threads.create(cyd)
    // Ids of which one begins like the next, or stands between others as bytes alone put it.
    const ids = ['a', 'a-b', 'a.b', 'ab', 'é', '\uffff', '😀', 'a/b', 'none']
    for (const messageId of ids) await say(chat, ada, id, 'x', { id: messageId })
    for (const messageId of ids.slice(0, -1)) await chat.messages.feedback(bob, id, [messageId], 'positive')
    const hidden = await say(chat, cyd, other.id, 'x')
    await chat.messages.feedback(cyd, other.id, [hidden.id], 'negative')
    const refs = [...ids.map((_, i) => ({ threadId: id, seq: i + 1 })), { threadId: other.id, seq: 1 }]
    const each = () => Promise.all(ids.map((messageId) => chat.messages.feedbackOf(ada, id, messageId)))
    same(await chat.messages.feedbackOfMany(ada, refs), [...(await each()), undefined], 'few')
    same(
      (await each()).map(({ length }) => length),
      [1, 1, 1, 1, 1, 1, 1, 1, 0],
      'one on each but the last',
    )
    same(await chat.messages.feedbackOfMany(ada, []), [], 'none')
  }),
]
