import type { Version } from '../../store/types.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, day, say, second, thread } from './people.ts'

/** Threads: creating, reading, changing, locking. */
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
