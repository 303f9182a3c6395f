import { names } from '../../domain/kernel/names.ts'
import type { MessagePatch, NewMessage } from '../../domain/messages/messages.types.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, day, say, sayMany, second, stranger, texts, thread } from './people.ts'

/** The eleven kinds of items of an AI assistant's thread, and what each carries. */
const items: NewMessage[] = [
  { kind: 'message', content: 'hello' },
  {
    kind: 'message',
    role: 'assistant',
    content: [
      { type: 'text', text: 'hi' },
      { type: 'image', url: 'x' },
    ],
  },
  { kind: 'tool_call', role: 'assistant', data: { name: 'weather', arguments: { city: 'Oslo' }, status: 'pending' } },
  { kind: 'widget', role: 'assistant', data: { widget: { type: 'Card', children: [] }, copy_text: 'a card' } },
  { kind: 'workflow', role: 'assistant', data: { workflow: { type: 'reasoning', tasks: [] } } },
  { kind: 'task', role: 'assistant', data: { task: { type: 'web_search', status: 'done' } } },
  { kind: 'image', role: 'assistant', data: { url: 'https://x/y.png' } },
  { kind: 'structured_input', data: { values: { a: 1 } } },
  { kind: 'end_of_turn', role: 'assistant', data: {} },
  { kind: 'hidden_context', role: 'system', data: { content: 'secret' } },
  { kind: 'sdk_hidden_context', role: 'system', data: { content: 'secret too' } },
  { kind: 'future_kind.v2', role: 'assistant', data: { anything: [{ goes: null }] }, metadata: { m: 1 } },
]

/** Appending: numbers, idempotency, rights, refusals. */
export const appendCases: readonly DomainCase[] = [
  domainCase('a message is answered as it is stored, and moves its thread', async ({ chat, clock }) => {
    const { id: threadId, eventSeq } = await thread(chat)
    clock.advance(second)
    const now = clock.now()
    const answer = await chat.messages.append(ada, threadId, {
      content: 'Hello 👋',
      metadata: { sentiment: 'frustrated', entities: ['a', 1, null, { b: true }] },
      clientId: 'c-1',
      ttl: 90.5,
    })
    const { id, version, ...rest } = answer.message
    same(
      rest,
      {
        threadId,
        seq: 1,
        kind: 'message',
        role: 'user',
        authorId: 'ada',
        content: 'Hello 👋',
        metadata: { sentiment: 'frustrated', entities: ['a', 1, null, { b: true }] },
        attachments: [],
        clientId: 'c-1',
        createdAt: now,
        expiresAt: now + 90_500,
        edits: 0,
      },
      'the message',
    )
    ok(/^msg_[0-9a-z]{30}\.[0-9a-z]+$/.test(id), 'an id that nobody guesses')
    same([answer.deduplicated, answer.eventSeq], [false, eventSeq + 1], 'its event')
    const moved = await chat.threads.get(ada, threadId)
    same(answer.thread, moved, 'the thread is as the append left it')
    same([moved.seq, moved.messageCount, moved.lastActivityAt], [1, 1, now], 'counted')
    same(await chat.messages.get(ada, threadId, id), answer.message, 'get')
  }),
  domainCase('fifty appends at once, from two processes, get the numbers 1 to 50', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const [through, actor] = n % 2 ? ([chat, ada] as const) : ([other, bob] as const)
        return through.messages.append(actor, id, { content: `${n}` })
      }),
    )
    const numbers = (list: readonly number[]) => [...list].sort((a, b) => a - b)
    const expected = Array.from({ length: 50 }, (_, n) => n + 1)
    same(numbers(results.map(({ message }) => message.seq)), expected, 'each its own, without a gap')
    same(
      numbers(results.map((result) => result.eventSeq)),
      expected.map((n) => n + 3),
      'and its own event',
    )
    same(
      (await chat.messages.newest(ada, id, 100)).map(({ seq }) => seq),
      expected,
      'read in that order',
    )
    same((await other.threads.get(ada, id)).messageCount, 50, 'the count is right')
    for (const { message } of results)
      same((await chat.messages.get(ada, id, message.id)).seq, message.seq, 'found by id')
  }),
  domainCase('a batch is in order, one commit, all or nothing', async ({ chat }) => {
    const { id } = await thread(chat)
    const batch = Array.from({ length: 100 }, (_, n) => ({
      content: `${n}`,
      role: n % 2 ? ('assistant' as const) : ('user' as const),
    }))
    const results = await chat.messages.appendMany(ada, id, batch)
    same(
      results.map(({ message }) => message.seq),
      batch.map((_, n) => n + 1),
      'in order',
    )
    same(new Set(results.map(({ message }) => message.version)).size, 1, 'one commit')
    for (const bad of [
      { content: ' ' },
      { content: 'x', replyTo: 'none' },
      { content: 'x', role: 'robot' },
      { content: 'x', attachments: ['none'] },
    ])
      ok(
        typeof (await codeOf(() => chat.messages.appendMany(ada, id, [{ content: 'a' }, bad as never]))) === 'string',
        'refused',
      )
    same((await chat.threads.get(ada, id)).seq, 100, 'nothing of a bad batch is written')
    for (const [inputs, code] of [
      [[], 'INVALID_LIMIT'],
      [Array(101).fill({ content: 'x' }), 'INVALID_LIMIT'],
      ['x', 'INVALID'],
      [[null], 'INVALID'],
      [
        [
          { id: 'a', content: 'x' },
          { id: 'a', content: 'y' },
        ],
        'MESSAGE_EXISTS',
      ],
      [
        [
          { clientId: 'a', content: 'x' },
          { clientId: 'a', content: 'x' },
        ],
        'IDEMPOTENCY_MISMATCH',
      ],
    ] as [never, string][])
      same(await codeOf(() => chat.messages.appendMany(ada, id, inputs)), code, JSON.stringify(inputs).slice(0, 60))
  }),
  domainCase('the same client id twenty times at once makes one message', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat)
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? chat : other).messages.append(ada, id, { content: 'once', clientId: 'c' }),
      ),
    )
    same(new Set(results.map(({ message }) => message.id)).size, 1, 'one message')
    same(new Set(results.map((result) => result.eventSeq)).size, 1, 'one event')
    same(results.filter(({ deduplicated }) => !deduplicated).length, 1, 'one of them was first')
    same((await chat.threads.get(ada, id)).messageCount, 1, 'one counted')
  }),
  domainCase(
    'a client id says the same again for a day, is bound to its author, and refuses other words',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const first = await chat.messages.append(ada, id, { content: 'a', clientId: 'c', metadata: { m: 1 } })
      await say(chat, bob, id, 'between')
      const again = await chat.messages.append(ada, id, { content: 'a', clientId: 'c', metadata: { m: 1 } })
      same(
        [again.message, again.eventSeq, again.deduplicated],
        [first.message, first.eventSeq, true],
        'the first result',
      )
      same(again.thread.seq, 2, 'with the thread as it is now')
      for (const other of [
        { content: 'b' },
        { content: 'a', metadata: { m: 2 } },
        { content: 'a', metadata: { m: 1 }, role: 'assistant' as const },
        { content: 'a', metadata: { m: 1 }, ttl: 5 },
        { content: 'a', metadata: { m: 1 }, id: 'own' },
        { content: 'a', metadata: { m: 1 }, replyTo: first.message.id },
      ]) {
        const error = await rejects(
          () => chat.messages.append(ada, id, { ...other, clientId: 'c' }),
          'IDEMPOTENCY_MISMATCH',
          JSON.stringify(other),
        )
        same(error.details, { messageId: first.message.id }, 'it says which')
      }
      same((await chat.messages.append(bob, id, { content: 'b', clientId: 'c' })).deduplicated, false, 'another author')
      same(
        (await chat.messages.append(ada, (await thread(chat)).id, { content: 'b', clientId: 'c' })).deduplicated,
        false,
        'another thread',
      )
      await chat.messages.edit(ada, id, first.message.id, { content: 'edited' })
      same(
        (await chat.messages.append(ada, id, { content: 'a', clientId: 'c', metadata: { m: 1 } })).message.content,
        'edited',
        'as it is now',
      )
      await chat.messages.delete(ada, id, first.message.id, { mode: 'hard' })
      await rejects(
        () => chat.messages.append(ada, id, { content: 'a', clientId: 'c', metadata: { m: 1 } }),
        'NOT_FOUND',
        'gone: not sent again',
      )
      clock.advance(day)
      same(
        (await chat.messages.append(ada, id, { content: 'new', clientId: 'c' })).deduplicated,
        false,
        'a day later it is free',
      )
    },
  ),
  domainCase('a batch that was sent in part before sends only the rest', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat)
    await chat.messages.append(ada, id, { content: '2', clientId: 'b' })
    const batch = [{ content: '1' }, { content: '2', clientId: 'b' }, { content: '3', clientId: 'c' }, { content: '4' }]
    const results = await chat.messages.appendMany(ada, id, batch)
    same(
      results.map(({ message, deduplicated }) => [message.content, message.seq, deduplicated]),
      [
        ['1', 2, false],
        ['2', 1, true],
        ['3', 3, false],
        ['4', 4, false],
      ],
      'each its own fate',
    )
    // Batches that share some of their client ids, at once: nothing twice, nothing lost.
    const clash = Array.from({ length: 12 }, (_, n) =>
      (n % 2 ? chat : other).messages.appendMany(ada, id, [
        { content: `own ${n}` },
        { content: 'shared', clientId: 'shared' },
        { content: `pair ${n >> 1}`, clientId: `pair ${n >> 1}` },
      ]),
    )
    await Promise.all(clash)
    const said = texts(await chat.messages.newest(ada, id, 100)).slice(4)
    same(said.length, 12 + 1 + 6, 'one each')
    same(new Set(said).size, said.length, 'none twice')
    const seqs = (await chat.messages.newest(ada, id, 100)).map(({ seq }) => seq)
    same(
      seqs,
      seqs.map((_, n) => n + 1),
      'no gap',
    )
    const own = (await chat.messages.newest(ada, id, 100)).map((message) => message.id)
    same(new Set(own).size, own.length, 'no id twice')
  }),
  domainCase('an append that waits behind a bad one is not taken along by it', async ({ chat }) => {
    const { id } = await thread(chat)
    const codes = await Promise.all([
      codeOf(() => say(chat, ada, id, 'a', { id: 'same' })),
      codeOf(() => say(chat, ada, id, 'b', { id: 'same' })),
      codeOf(() => say(chat, ada, id, 'c')),
      codeOf(() => say(chat, stranger, id, 'd')),
      codeOf(() => say(chat, ada, id, 'e', { replyTo: 'none' })),
      codeOf(() => say(chat, ada, id, 'f')),
    ])
    same(
      codes.map((code) => (typeof code === 'string' ? code : 'ok')),
      ['ok', 'MESSAGE_EXISTS', 'ok', 'NOT_FOUND', 'INVALID_REPLY', 'ok'],
      'each its own',
    )
    same(texts(await chat.messages.newest(ada, id, 9)).sort(), ['a', 'c', 'f'], 'and only the good ones')
  }),
  domainCase('an id may be chosen, once in a thread; repeating it with its client id is fine', async ({ chat }) => {
    const { id } = await thread(chat)
    await say(chat, ada, id, 'a', { id: 'mine', clientId: 'c' })
    await rejects(() => say(chat, ada, id, 'a', { id: 'mine' }), 'MESSAGE_EXISTS', 'taken')
    same(
      (await chat.messages.append(ada, id, { id: 'mine', content: 'a', clientId: 'c' })).deduplicated,
      true,
      'the same again',
    )
    await rejects(() => say(chat, ada, id, 'b', { id: 'mine', clientId: 'c' }), 'IDEMPOTENCY_MISMATCH', 'other words')
    await say(chat, ada, (await thread(chat)).id, 'a', { id: 'mine' })
    await chat.messages.delete(ada, id, 'mine', { mode: 'hard' })
    same((await say(chat, ada, id, 'again', { id: 'mine' })).seq, 2, 'free again once it is gone')
  }),
  domainCase(
    'what was sent before is answered though its reply target is gone and its files hang in it',
    async ({ chat }) => {
      const { id } = await thread(chat)
      const target = await say(chat, ada, id, 'target')
      const file = await chat.attachments.create(ada, { name: 'f', mimeType: 'text/plain' })
      await chat.attachments.upload(ada, file.id, bytes('x'))
      await chat.attachments.complete(ada, file.id)
      const message = { content: 'x', replyTo: target.id, attachments: [file.id], clientId: 'c' }
      const first = await chat.messages.append(ada, id, message)
      await chat.messages.delete(ada, id, target.id, { mode: 'hard' })
      const again = await chat.messages.append(ada, id, message)
      same([again.deduplicated, again.message], [true, first.message], 'the first result')
    },
  ),
  domainCase('content is text, or parts, as given', async ({ chat }) => {
    const { id } = await thread(chat)
    const contents = [
      'plain',
      '  kept as it is \n',
      'emoji 👩‍👩‍👧 NUL \u0000 and 日本語',
      '👍'.repeat(10_000),
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: '' },
      ],
      [{ type: 'image', url: 'x', nested: { a: [1] } }],
      [
        { type: 'text', text: '  ' },
        { type: 'file', id: 1 },
      ],
      [{ type: 'text', text: '__proto__', __x: 1 }],
    ]
    for (const content of contents) {
      const message = await say(chat, ada, id, content as string)
      same(message.content, content, 'the answer')
      same((await chat.messages.get(ada, id, message.id)).content, content, 'and as stored')
    }
  }),
  domainCase('what is no message is refused with its own code, and nothing is written', async ({ chat }) => {
    const { id } = await thread(chat)
    const deep = JSON.parse(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`)
    const bad: [object, string][] = [
      [{}, 'INVALID_CONTENT'],
      [{ content: '' }, 'INVALID_CONTENT'],
      [{ content: ' \n\t\u3000' }, 'INVALID_CONTENT'],
      [{ content: '👍'.repeat(10_001) }, 'INVALID_CONTENT'],
      [{ content: 'a\ud800b' }, 'INVALID_CONTENT'],
      [{ content: 7 }, 'INVALID_CONTENT'],
      [{ content: null }, 'INVALID_CONTENT'],
      [{ content: [] }, 'INVALID_CONTENT'],
      [{ content: [{ type: 'text' }] }, 'INVALID_CONTENT'],
      [{ content: [{ type: 'text', text: ' ' }] }, 'INVALID_CONTENT'],
      [{ content: [{ text: 'x' }] }, 'INVALID_CONTENT'],
      [{ content: ['x'] }, 'INVALID_CONTENT'],
      [{ content: Array(101).fill({ type: 'text', text: 'x' }) }, 'INVALID_CONTENT'],
      [{ content: [{ type: 'image', at: new Date() }] }, 'INVALID_CONTENT'],
      [{ content: [{ type: 'x' }, { type: 'text', text: 'x'.repeat(10_001) }] }, 'INVALID_CONTENT'],
      [{ content: 'x', data: 'x' }, 'INVALID_CONTENT'],
      [{ content: 'x', data: { big: 'x'.repeat(256 * 1024) } }, 'INVALID_CONTENT'],
      [{ content: 'x', metadata: { a: 'x'.repeat(16 * 1024) } }, 'INVALID_METADATA'],
      [{ content: 'x', metadata: deep }, 'INVALID_METADATA'],
      [{ content: 'x', metadata: { a: () => 1 } }, 'INVALID_METADATA'],
      [{ content: 'x', metadata: [] }, 'INVALID_METADATA'],
      [{ content: 'x', role: 'robot' }, 'INVALID_ROLE'],
      [{ content: 'x', ttl: 0 }, 'INVALID_TTL'],
      [{ content: 'x', ttl: -1 }, 'INVALID_TTL'],
      [{ content: 'x', ttl: Number.NaN }, 'INVALID_TTL'],
      [{ content: 'x', ttl: 1e300 }, 'INVALID_TTL'],
      [{ content: 'x', ttl: '60' }, 'INVALID_TTL'],
      [{ content: 'x', replyTo: 'none' }, 'INVALID_REPLY'],
      [{ content: 'x', replyTo: '' }, 'INVALID_ID'],
      [{ content: 'x', id: 'self', replyTo: 'self' }, 'INVALID_REPLY'],
      [{ content: 'x', id: '' }, 'INVALID_ID'],
      [{ content: 'x', clientId: 'x'.repeat(129) }, 'INVALID_ID'],
      [{ content: 'x', kind: 'Bad Kind' }, 'INVALID'],
      [{ content: 'x', attachments: 'x' }, 'INVALID'],
      [{ content: 'x', attachments: Array.from({ length: 21 }, (_, n) => `${n}`) }, 'INVALID_LIMIT'],
      [{ content: 'x', attachments: ['none'] }, 'NOT_FOUND'],
      [{ kind: 'tool_call', data: {} }, 'INVALID_CONTENT'],
      [{ kind: 'widget', data: { widget: 'x' } }, 'INVALID_CONTENT'],
    ]
    for (const [input, code] of bad)
      same(await codeOf(() => chat.messages.append(ada, id, input)), code, JSON.stringify(input)?.slice(0, 70))
    const untouched = await chat.threads.get(ada, id)
    same([untouched.seq, untouched.eventSeq], [0, 2], 'nothing')
    await rejects(() => chat.messages.append(ada, 'nowhere', { content: 'x' }), 'NOT_FOUND', 'no thread')
    await rejects(() => chat.messages.append(ada, '', { content: 'x' }), 'INVALID_ID', 'no id')
  }),
  domainCase('who speaks is apart from who owns; nobody speaks as another user', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
    const answer = await say(chat, bob, id, 'I am a bot', { role: 'assistant', authorId: 'bot' })
    same([answer.authorId, answer.role], ['bot', 'assistant'], 'an editor speaks for a bot')
    same((await say(chat, bob, id, 'x', { role: 'system' })).authorId, 'bob', 'itself as the system')
    for (const actor of [bob, ada, admin])
      await rejects(() => say(chat, actor, id, 'x', { authorId: 'cyd' }), 'FORBIDDEN', 'as another user')
    await rejects(() => say(chat, ada, id, 'x', { authorId: '' }), 'INVALID_ID', 'as nobody')
    same((await say(chat, ada, id, 'x', { authorId: 'ada' })).authorId, 'ada', 'as oneself')
  }),
  domainCase('a reply knows its target, also within its batch', async ({ chat }) => {
    const { id } = await thread(chat)
    const first = await say(chat, ada, id, 'first')
    same((await say(chat, ada, id, 'reply', { replyTo: first.id })).replyTo, first.id, 'a reply')
    const results = await chat.messages.appendMany(ada, id, [
      { id: 'q', content: 'q' },
      { id: 'a', content: 'a', replyTo: 'q' },
    ])
    same(results[1]?.message.replyTo, 'q', 'to one before it')
    await rejects(
      () =>
        chat.messages.appendMany(ada, id, [
          { content: 'x', replyTo: 'y' },
          { id: 'y', content: 'y' },
        ]),
      'INVALID_REPLY',
      'not to one after it',
    )
    const other = await thread(chat)
    await rejects(() => say(chat, ada, other.id, 'x', { replyTo: first.id }), 'INVALID_REPLY', 'nor in another thread')
    await chat.messages.delete(ada, id, first.id, { mode: 'hard' })
    same((await chat.messages.newest(ada, id, 9))[0]?.replyTo, first.id, 'it still says what it replied to')
  }),
  domainCase('all kinds of items round-trip, known or not; hidden ones only for those who may', async ({ chat }) => {
    const { id } = await thread(chat)
    for (const item of items) {
      const { message } = await chat.messages.append(ada, id, item)
      const expected = {
        kind: item.kind,
        role: item.role ?? 'user',
        content: item.content,
        data: item.data,
        metadata: item.metadata ?? {},
      }
      const { kind, role, content, data, metadata } = message
      same([kind, role, metadata], [expected.kind, expected.role, expected.metadata], item.kind ?? '')
      same([content ?? null, data ?? null], [expected.content ?? null, expected.data ?? null], `${item.kind}: as given`)
    }
    const seer = { userId: 'ada', scopes: ['items:hidden' as const] }
    same((await chat.messages.newest(seer, id, 99)).length, items.length, 'all for those with the scope')
    const shown = await chat.messages.newest(ada, id, 99)
    same(
      shown.map(({ kind }) => kind).filter((kind) => kind.includes('hidden')),
      [],
      'none for others',
    )
    same(shown.length, items.length - 2, 'and all others')
    const hidden = (await chat.messages.newest(seer, id, 99)).filter(({ kind }) => kind.includes('hidden'))[0]!
    await rejects(() => chat.messages.get(ada, id, hidden.id), 'NOT_FOUND', 'get')
    await rejects(() => chat.messages.edit(ada, id, hidden.id, { data: {} }), 'NOT_FOUND', 'edit')
    await rejects(() => chat.messages.delete(ada, id, hidden.id), 'NOT_FOUND', 'delete')
    await rejects(() => chat.messages.feedback(ada, id, [hidden.id], 'positive'), 'NOT_FOUND', 'feedback')
    await rejects(() => chat.messages.markRead(ada, id, { messageId: hidden.id }), 'NOT_FOUND', 'marker')
    await rejects(() => chat.messages.page(ada, id, { around: hidden.id }), 'NOT_FOUND', 'around')
    same((await chat.messages.getMany(ada, [{ threadId: id, seq: hidden.seq }]))[0], undefined, 'getMany')
    same((await chat.messages.get(seer, id, hidden.id)).data, { content: 'secret' }, 'unless they may')
  }),
  domainCase('an item may become one of another kind that it fits, hidden ones apart', async ({ chat }) => {
    const { id } = await thread(chat)
    const seer = { userId: 'ada', scopes: ['items:hidden' as const] }
    const widget: NewMessage = { id: 'w', kind: 'widget', data: { widget: {}, copy_text: 'a card' } }
    await chat.messages.append(ada, id, widget)
    await chat.messages.append(seer, id, { id: 'h', kind: 'hidden_context', data: { content: 'secret' } })
    const edit = (messageId: string, patch: MessagePatch) => chat.messages.edit(seer, id, messageId, patch)
    await rejects(() => edit('w', { kind: 'task' }), 'INVALID_CONTENT', 'what it does not fit')
    await rejects(() => edit('w', { kind: 'message' }), 'INVALID_CONTENT', 'no content')
    await rejects(() => edit('w', { kind: 'No kind' }), 'INVALID', 'no kind')
    await rejects(() => edit('w', { kind: 'hidden_context' }), 'INVALID', 'hiding')
    await rejects(() => edit('h', { kind: 'widget', data: { widget: {} } }), 'INVALID', 'showing')
    same((await edit('h', { kind: 'hidden_context', data: {} })).data, {}, 'the same kind is no change of it')
    const { kind, data, seq } = await edit('w', { kind: 'task', data: { task: {} } })
    same([kind, data, seq], ['task', { task: {} }, 1], 'in its place')
    same((await chat.messages.newest(ada, id, 9, { kinds: ['task'] })).length, 1, 'found as what it is')
    same((await chat.messages.edits(ada, id, 'w'))[0]?.data, widget.data, 'what it was is kept')
  }),
  domainCase(
    'kinds of one’s own are checked, hidden and found as they say',
    async ({ chat }) => {
      const { id } = await thread(chat)
      await rejects(() => chat.messages.append(ada, id, { kind: 'poll', data: {} }), 'INVALID_CONTENT', 'checked')
      const { message } = await chat.messages.append(ada, id, { kind: 'poll', data: { question: 'Tabs or spaces?' } })
      await rejects(
        () => chat.messages.edit(ada, id, message.id, { data: { question: 1 } }),
        'INVALID_CONTENT',
        'also in edits',
      )
      await chat.messages.append(ada, id, { kind: 'note', data: { text: 'hidden' } })
      same(
        (await chat.messages.newest(ada, id, 9)).map(({ kind }) => kind),
        ['poll'],
        'hidden',
      )
      await chat.projections.settle()
      same(
        (await chat.search.messages(ada, { query: 'spaces' })).results.map((result) => result.text),
        ['Tabs or spaces?'],
        'found by its text',
      )
    },
    {
      kinds: [
        {
          name: 'poll',
          validate: (data) => (typeof data?.['question'] === 'string' ? undefined : 'a poll has a question'),
          text: ({ data }) => String(data?.['question']),
        },
        { name: 'note', hidden: true },
      ],
    },
  ),
  domainCase(
    'a hook sees each message first, may change or refuse it, and does not disturb retries',
    async ({ chat }) => {
      const { id } = await thread(chat)
      const first = await chat.messages.append(ada, id, { content: 'x', clientId: 'c' })
      ok(first.message.metadata['stamp'], 'changed')
      const again = await chat.messages.append(ada, id, { content: 'x', clientId: 'c' })
      same([again.deduplicated, again.message], [true, first.message], 'though the hook now says something else')
      const refused = await chat.messages.append(ada, id, { content: 'bad word' }).then(
        () => 'sent',
        (error) => String(error),
      )
      same(refused, 'Error: Not here.', 'refused with its own error')
      same((await chat.threads.get(ada, id)).seq, 1, 'nothing was written')
    },
    {
      hooks: {
        beforeAppend(_, __, message) {
          if (message.content === 'bad word') throw new Error('Not here.')
          return { ...message, metadata: { stamp: Math.random() + 1 } }
        },
      },
    },
  ),
  domainCase('messages end at their moment everywhere, swept or not', async ({ chat, clock, open, store }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const short = await say(chat, ada, id, 'needle short', { ttl: 10, clientId: 'c' })
    const long = await say(chat, ada, id, 'needle long', { ttl: 20 })
    const ever = await say(chat, ada, id, 'needle ever')
    await chat.messages.edit(ada, id, short.id, { content: 'needle longer than before' })
    await chat.projections.settle()
    clock.advance(10 * second - 1)
    same((await chat.messages.get(bob, id, short.id)).content, 'needle longer than before', 'until then it is there')
    clock.advance(1)
    const other = open()
    same((await other.threads.list(bob)).items[0]?.messageCount, 2, 'list')
    same((await other.threads.get(bob, id)).messageCount, 2, 'count')
    await rejects(() => other.messages.get(bob, id, short.id), 'NOT_FOUND', 'get')
    same(texts((await other.messages.page(bob, id)).items), ['needle long', 'needle ever'], 'page')
    same(texts(await other.messages.newest(bob, id, 9)), ['needle long', 'needle ever'], 'newest')
    same((await other.messages.unread(bob, [id]))[0]?.count, 2, 'unread')
    same((await other.search.messages(bob, { query: 'needle' })).results.length, 2, 'search')
    same(await other.messages.getMany(bob, [{ threadId: id, seq: short.seq }]), [undefined], 'getMany')
    same(texts(await other.messages.history(bob)), ['needle long', 'needle ever'], 'history')
    same(
      texts((await Array.fromAsync(other.messages.stream(bob, id))).flat()),
      ['needle long', 'needle ever'],
      'stream',
    )
    await rejects(() => other.messages.edit(ada, id, short.id, { content: 'x' }), 'NOT_FOUND', 'edit')
    await rejects(() => other.messages.edits(ada, id, short.id), 'NOT_FOUND', 'edits')
    await rejects(() => say(other, ada, id, 'x', { replyTo: short.id }), 'INVALID_REPLY', 'reply')
    await rejects(() => say(other, ada, id, 'needle short', { ttl: 10, clientId: 'c' }), 'NOT_FOUND', 'not sent again')
    clock.advance(10 * second)
    same((await chat.messages.last(bob, [id]))[0]?.id, ever.id, 'last')
    await rejects(() => chat.messages.delete(ada, id, long.id), 'NOT_FOUND', 'delete')
    same((await store.list(names.dueOf(id), { limit: 9 })).length, 0, 'no note is left')
    same((await store.list(names.edits(id), { limit: 9 })).length, 0, 'nor what it said before')
    await chat.projections.settle()
    const stats = await chat.stats.thread(ada, id)
    same([stats.messageCount, stats.averageLength], [1, 11], 'counted out as it was in the end')
  }),
  domainCase(
    'more than can be counted out at once are all counted out before anybody reads',
    async ({ chat, clock }) => {
      const { id } = await thread(chat)
      for (let n = 0; n < 12; n++)
        await chat.messages.appendMany(
          ada,
          id,
          Array.from({ length: 100 }, (_, i) => ({ content: `${i}`, ttl: 5 })),
        )
      await sayMany(chat, ada, id, 3)
      clock.advance(5 * second)
      same((await chat.threads.get(ada, id)).messageCount, 3, 'all 1,200 of them')
    },
  ),
]

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
