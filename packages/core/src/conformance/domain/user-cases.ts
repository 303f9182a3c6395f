import type { Version } from '../../store/types.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, eve, minute, refusalOf, say, second, thread } from './people.ts'

/** Ids that a careless store would take for one another, or for part of a path, a key or a query. */
const oddIds = [
  'a',
  'A',
  'a ',
  ' a',
  'a/b',
  'a:b',
  'a%2fb',
  'a~b',
  '~a',
  '%',
  '.',
  '..',
  '__proto__',
  '$where',
  '"\'`;--',
  'é',
  'e',
  'ß',
  'ss',
  'ﬁ',
  'fi',
  'İ',
  'i',
  '王',
  '👩‍👩‍👧',
  '👩',
  'x'.repeat(128),
  '王'.repeat(128),
  `${'王'.repeat(127)}玉`,
  '\u0000',
  '\u0001',
  'a\nb',
  '\u200b',
  '*',
  'user',
  '0',
]

/** Users: profiles, lifecycle, discovery, blocking, presence. */
export const userCases: readonly DomainCase[] = [
  domainCase('a user is created once, read back, and knows when', async ({ chat, clock }) => {
    const profile = {
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      role: 'developer',
      preferences: { theme: 'dark', nested: { a: [1, null, true] } },
      metadata: { team: 'engine', constructor: 'x', 'a.b': { $gt: '' } },
    }
    const made = await chat.users.create(ada, 'ada', profile)
    const { version, ...rest } = made
    same(rest, { id: 'ada', ...profile, createdAt: clock.now(), updatedAt: clock.now() }, 'the answer')
    same(await chat.users.get(ada, 'ada'), made, 'get')
    same(await chat.users.exists(bob, 'ada'), true, 'exists')
    same(await chat.users.exists(ada, 'bob'), false, 'does not exist')
    await rejects(() => chat.users.get(ada, 'bob'), 'NOT_FOUND', 'get of nobody')
    await rejects(() => chat.users.create(ada, 'ada'), 'USER_EXISTS', 'again')
    same((await chat.users.get(ada, 'ada')).name, 'Ada Lovelace', 'and nothing was overwritten')
    same((await chat.users.create(bob, 'bob')).id, 'bob', 'a profile is optional')
  }),
  domainCase('twenty who create one user at once make one', async ({ chat, open }) => {
    const other = open()
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        codeOf(() => (n % 2 ? chat : other).users.create(ada, 'ada', { name: `${n}` })),
      ),
    )
    same(codes.filter((code) => code === 'USER_EXISTS').length, 19, 'nineteen are told that it exists')
  }),
  domainCase('only oneself or an admin creates, changes, deactivates and deletes', async ({ chat }) => {
    await chat.users.create(admin, 'ada')
    await rejects(() => chat.users.create(bob, 'cyd'), 'FORBIDDEN', 'create')
    await rejects(() => chat.users.createMany(bob, [{ id: 'bob' }]), 'FORBIDDEN', 'createMany')
    await rejects(() => chat.users.update(bob, 'ada', { name: 'x' }), 'FORBIDDEN', 'update')
    await rejects(() => chat.users.deactivate(bob, 'ada'), 'FORBIDDEN', 'deactivate')
    await rejects(() => chat.users.restore(bob, 'ada'), 'FORBIDDEN', 'restore')
    await rejects(() => chat.users.delete(bob, 'ada'), 'FORBIDDEN', 'delete')
    same((await chat.users.get(bob, 'ada')).name, undefined, 'nothing happened')
  }),
  domainCase('rows of a bulk create stand alone', async ({ chat }) => {
    await chat.users.create(ada, 'ada')
    const rows = [
      { id: 'bob', profile: { name: 'Bob' } },
      { id: 'ada' },
      { id: '' },
      { id: 'cyd', profile: { name: 'x'.repeat(201) } },
      { id: 'dan', profile: { department: 'IT' } as object },
      { id: 'bob' },
      undefined as never,
      { id: 'eve' },
    ]
    const results = await chat.users.createMany(admin, rows)
    same(
      results.map((result) => (result.ok ? result.user.id : result.code)),
      ['bob', 'USER_EXISTS', 'INVALID_ID', 'INVALID', 'INVALID', 'USER_EXISTS', 'INVALID', 'eve'],
      'each has its own fate',
    )
    same((await chat.users.get(ada, 'bob')).name, 'Bob', 'what could be made was made')
    await rejects(() => chat.users.createMany(admin, []), 'INVALID_LIMIT', 'none')
    await rejects(() => chat.users.createMany(admin, Array(1_001).fill({ id: 'x' })), 'INVALID_LIMIT', 'too many')
  }),
  domainCase('no two ids share anything, whatever they are made of', async ({ chat, clock }) => {
    for (const id of oddIds) await chat.users.create({ userId: id }, id, { name: `name of ${id}`.slice(0, 200) })
    for (const id of oddIds) {
      const actor = { userId: id }
      same((await chat.users.get(ada, id)).id, id, `get ${JSON.stringify(id)}`)
      const made = await chat.threads.create(actor, { id, title: 'own' })
      await chat.messages.append(actor, id, { id, clientId: id, content: `by ${id}` })
      same(made.ownerId, id, 'owner')
      await chat.users.heartbeat(actor)
      clock.advance(second)
    }
    for (const id of oddIds) {
      const actor = { userId: id }
      same(
        (await chat.threads.list(actor)).items.map((one) => one.id),
        [id],
        `threads of ${JSON.stringify(id)}`,
      )
      same(
        (await chat.messages.newest(actor, id, 10)).map(({ content }) => content),
        [`by ${id}`],
        'messages',
      )
      same((await chat.messages.get(actor, id, id)).authorId, id, 'message id')
      same(
        (await chat.messages.append(actor, id, { id, clientId: id, content: `by ${id}` })).deduplicated,
        true,
        'client id',
      )
      for (const other of oddIds.filter((one) => one !== id).slice(0, 5))
        await rejects(() => chat.threads.get(actor, other), 'NOT_FOUND', `${JSON.stringify(other)} is not theirs`)
    }
    const seen = await chat.users.presence(ada, oddIds)
    same(new Set(seen.map(({ lastSeenAt }) => lastSeenAt)).size, oddIds.length, 'each has a heartbeat of its own')
  }),
  domainCase('the two spellings of one text are one id, and what is no id is refused', async ({ chat }) => {
    await chat.users.create({ userId: 'cafe\u0301' }, 'cafe\u0301')
    same((await chat.users.get(ada, 'caf\u00e9')).id, 'caf\u00e9', 'NFC')
    await rejects(() => chat.users.create(admin, 'cafe\u0301'), 'USER_EXISTS', 'in either spelling')
    for (const id of ['', 'x'.repeat(129), '👩'.repeat(129), '\ud800', 1, null, undefined, {}])
      await rejects(() => chat.users.get(ada, id as string), 'INVALID_ID', `id ${String(id).slice(0, 9)}`)
    for (const actor of [undefined, null, {}, { userId: 7 }, 'ada', { userId: 'ada', scopes: 'admin' }])
      await rejects(() => chat.users.get(actor as never, 'ada'), 'UNAUTHENTICATED', `actor ${JSON.stringify(actor)}`)
    await rejects(() => chat.users.get({ userId: '' }, 'ada'), 'INVALID_ID', 'an actor with an empty id')
  }),
  domainCase('a profile is merged: absent keeps, null removes, objects merge', async ({ chat, clock }) => {
    await chat.users.create(ada, 'ada', {
      name: 'Ada',
      email: 'a@x',
      preferences: { theme: 'dark', mail: { daily: true, weekly: true } },
      metadata: { a: 1 },
    })
    clock.advance(minute)
    const next = await chat.users.update(ada, 'ada', {
      name: 'Ada L.',
      email: null,
      preferences: { theme: 'light', mail: { daily: null }, extra: { deep: { x: null, y: 1 } } },
    })
    same(next.name, 'Ada L.', 'replaced')
    ok(!('email' in next), 'removed')
    same(next.preferences, { theme: 'light', mail: { weekly: true }, extra: { deep: { y: 1 } } }, 'merged')
    same(next.metadata, { a: 1 }, 'kept')
    same([next.updatedAt, next.createdAt], [clock.now(), clock.now() - minute], 'times')
    ok(!('metadata' in (await chat.users.update(ada, 'ada', { metadata: null }))), 'an object can go whole')
    await rejects(() => chat.users.update(ada, 'bob', {}), 'FORBIDDEN', "another's")
    await rejects(() => chat.users.update(admin, 'bob', {}), 'NOT_FOUND', 'nobody')
  }),
  domainCase(
    'a lost update is refused when the version is given, and parallel updates all count',
    async ({ chat, open }) => {
      const made = await chat.users.create(ada, 'ada')
      const next = await chat.users.update(ada, 'ada', { name: 'one' }, { version: made.version })
      await rejects(() => chat.users.update(ada, 'ada', { name: 'two' }, { version: made.version }), 'CONFLICT', 'old')
      await rejects(() => chat.users.update(ada, 'ada', {}, { version: 'x' as Version }), 'CONFLICT', 'forged')
      same((await chat.users.get(ada, 'ada')).version, next.version, 'nothing was written')
      const other = open()
      await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          (n % 2 ? chat : other).users.update(ada, 'ada', { metadata: { [`k${n}`]: n } }),
        ),
      )
      same(Object.keys((await chat.users.get(ada, 'ada')).metadata ?? {}).length, 12, 'no update was lost')
    },
  ),
  domainCase('a profile out of bounds is refused, and nothing is written', async ({ chat }) => {
    await chat.users.create(ada, 'ada')
    const deep = JSON.parse(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`)
    const bad: [object, string][] = [
      [{ name: 'x'.repeat(201) }, 'INVALID'],
      [{ name: 1 }, 'INVALID'],
      [{ name: '\ud800' }, 'INVALID'],
      [{ role: 'x'.repeat(101) }, 'INVALID'],
      [{ nickname: 'x' }, 'INVALID'],
      [{ metadata: deep }, 'INVALID_METADATA'],
      [{ metadata: { text: 'x'.repeat(17_000) } }, 'INVALID_METADATA'],
      [{ preferences: [] }, 'INVALID_METADATA'],
      [{ preferences: { at: new Date() } }, 'INVALID_METADATA'],
    ]
    for (const [profile, code] of bad) {
      same(
        await codeOf(() => chat.users.update(ada, 'ada', profile)),
        code,
        `update ${JSON.stringify(profile).slice(0, 60)}`,
      )
      same(await codeOf(() => chat.users.create(bob, 'bob', profile)), code, 'create')
    }
    same(await chat.users.exists(ada, 'bob'), false, 'nobody was made')
    // Each patch is small enough, but what they add up to is not.
    await chat.users.update(ada, 'ada', { metadata: { a: 'x'.repeat(10_000) } })
    await rejects(
      () => chat.users.update(ada, 'ada', { metadata: { b: 'x'.repeat(10_000) } }),
      'INVALID_METADATA',
      'sum',
    )
  }),
  domainCase(
    'a deactivated user can do nothing but look at itself and come back; what it wrote stays',
    async ({ chat, open, clock }) => {
      const other = open()
      await chat.users.create(ada, 'ada', { name: 'Ada' })
      await chat.users.create(bob, 'bob')
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      await say(chat, ada, id, 'here')
      await other.threads.list(ada)
      const gone = await chat.users.deactivate(ada, 'ada')
      same(gone.deactivatedAt, clock.now(), 'it says when')
      for (const call of [
        () => chat.threads.list(ada),
        () => chat.threads.get(ada, id),
        () => say(chat, ada, id, 'still here'),
        () => chat.users.heartbeat(ada),
        () => chat.live.thread(ada, id).next(),
        () => chat.messages.stream(ada, id)[Symbol.asyncIterator]().next(),
        () => chat.transfer.export(ada)[Symbol.asyncIterator]().next(),
      ])
        await rejects(call, 'FORBIDDEN', 'at once in this process')
      clock.advance(6 * second)
      await rejects(() => other.threads.list(ada), 'FORBIDDEN', 'soon in every process')
      same((await chat.users.get(ada, 'ada')).deactivatedAt, gone.deactivatedAt, 'it can see why')
      same((await chat.messages.newest(bob, id, 5)).length, 1, 'its messages stay')
      same((await chat.users.discover(bob, { prefix: 'ada' })).items, [], 'it is not discovered')
      await rejects(() => chat.threads.direct(bob, 'ada'), 'NOT_FOUND', 'nor reached')
      await chat.users.restore(ada, 'ada')
      same((await chat.threads.list(ada)).items.length, 1, 'and it is back')
      same((await chat.users.discover(bob, { prefix: 'ada' })).items.length, 1, 'found again')
      clock.advance(6 * second)
      same((await other.threads.list(ada)).items.length, 1, 'everywhere')
    },
  ),
  domainCase('what an admin has taken away, the user cannot bring back', async ({ chat }) => {
    await chat.users.create(ada, 'ada')
    await chat.users.deactivate(admin, 'ada')
    await rejects(() => chat.users.restore(ada, 'ada'), 'FORBIDDEN', 'by itself')
    await chat.users.restore(admin, 'ada')
    await chat.users.deactivate(ada, 'ada')
    await chat.users.deactivate(admin, 'ada')
    await rejects(() => chat.users.restore(ada, 'ada'), 'FORBIDDEN', 'also when it had gone by itself before')
    await chat.users.restore(admin, 'ada')
    same((await chat.users.get(ada, 'ada')).deactivatedAt, undefined, 'an admin can')
  }),
  domainCase('a softly deleted user exists for nobody, keeps its id, and can come back as it was', async ({ chat }) => {
    await chat.users.create(ada, 'ada', { name: 'Ada' })
    await chat.users.create(bob, 'bob')
    const { id } = await thread(chat)
    await say(chat, ada, id, 'mine')
    await chat.users.delete(ada, 'ada')
    same(await refusalOf(() => chat.users.get(bob, 'ada')), await refusalOf(() => chat.users.get(bob, 'nobody')), 'get')
    same(await chat.users.exists(bob, 'ada'), false, 'exists')
    same(
      (await chat.users.discover(bob)).items.map((user) => user.id),
      [],
      'discover',
    )
    await rejects(() => chat.users.create(admin, 'ada'), 'USER_EXISTS', 'its id is taken')
    await rejects(() => chat.users.update(admin, 'ada', { name: 'x' }), 'NOT_FOUND', 'update')
    await rejects(() => chat.users.deactivate(admin, 'ada'), 'NOT_FOUND', 'deactivate')
    await rejects(() => chat.threads.list(ada), 'FORBIDDEN', 'it cannot act')
    await chat.users.delete(admin, 'ada')
    same((await chat.users.restore(ada, 'ada')).name, 'Ada', 'and is back')
    same((await chat.messages.newest(ada, id, 5)).length, 1, 'with all it had')
    await rejects(() => chat.users.delete(admin, 'nobody'), 'NOT_FOUND', 'nobody cannot be deleted')
  }),
  domainCase(
    'a user deleted for good leaves its messages and nothing else; its id is free',
    async ({ chat, clock }) => {
      await chat.users.create(ada, 'ada', { name: 'Ada', email: 'ada@x' })
      await chat.users.create(bob, 'bob')
      const shared = await thread(chat, { id: 'shared', members: [{ userId: 'bob', role: 'owner' }] })
      const own = await thread(chat, { id: 'own', members: [{ userId: 'bob', role: 'editor' }] })
      await say(chat, ada, shared.id, 'stays')
      await chat.messages.markRead(ada, shared.id, { seq: 1 })
      await chat.users.heartbeat(ada)
      await chat.users.block(ada, 'eve')
      await chat.users.delete(ada, 'ada', { mode: 'hard' })
      same(
        (await chat.messages.newest(bob, shared.id, 5)).map((m) => [m.authorId, m.content]),
        [['ada', 'stays']],
        'messages',
      )
      const left = await chat.threads.get(bob, shared.id)
      same([left.ownerId, left.memberCount], ['bob', 1], 'the other owner has it now')
      same(await chat.messages.receipts(bob, shared.id), [], 'no marker is left')
      await rejects(() => chat.threads.get(bob, own.id), 'NOT_FOUND', 'a thread without an owner goes')
      same((await chat.users.presence(bob, ['ada']))[0], { userId: 'ada', status: 'offline' }, 'presence')
      await rejects(() => chat.users.restore(admin, 'ada'), 'NOT_FOUND', 'nothing to restore')
      await chat.users.delete(admin, 'ada', { mode: 'hard' })
      clock.advance(minute)
      const anew = await chat.users.create(admin, 'ada', { name: 'Another Ada' })
      same([anew.name, anew.email, anew.createdAt], ['Another Ada', undefined, clock.now()], 'a new user of that id')
      same((await chat.threads.list(ada)).items, [], 'has nothing of the old')
      same(await chat.users.blocked(ada), [], 'blocks neither')
      await rejects(() => chat.threads.get(ada, shared.id), 'NOT_FOUND', 'nor is a member')
    },
  ),
  domainCase('people are found by the beginning of name, word, e-mail or id, once each', async ({ chat }) => {
    await chat.users.create(admin, 'u-1', { name: 'Zoë Ångström', email: 'zoe@lab.example' })
    await chat.users.create(admin, 'zoe-2', { name: 'Zoe Zoe', email: 'zoe@zoe' })
    await chat.users.create(admin, 'ada', { name: 'Ada' })
    await chat.users.create(admin, 'slash/ed', { name: 'a/b\u0001c' })
    const find = async (prefix: string) => (await chat.users.discover(ada, { prefix })).items.map(({ id }) => id).sort()
    same(await find('zoe'), ['u-1', 'zoe-2'], 'folded, each once')
    same(await find('ZOË'), ['u-1', 'zoe-2'], 'however it is typed')
    same(await find('ang'), ['u-1'], 'a later word')
    same(await find('zoe angs'), ['u-1'], 'several words')
    same(await find('zoe@l'), ['u-1'], 'e-mail')
    same(await find('u-'), ['u-1'], 'id')
    same(await find('oe'), [], 'only from the beginning')
    same(await find('ada'), [], 'never oneself')
    same(await find('slash/'), ['slash/ed'], 'what is special in keys')
    same(await find(''), ['slash/ed', 'u-1', 'zoe-2'], 'everyone')
    await chat.users.update(admin, 'u-1', { name: 'Renamed' })
    same([await find('ang'), await find('rena')], [[], ['u-1']], 'as it is now')
    await chat.users.update(admin, 'zoe-2', { name: null, email: null })
    same(await find('zoe'), ['u-1', 'zoe-2'], 'by what is left: an e-mail, an id')
  }),
  domainCase('discovery is paged both ways, and bound to its question', async ({ chat }) => {
    const ids = Array.from({ length: 9 }, (_, n) => `user-${n}`)
    for (const id of ids) await chat.users.create(admin, id, { name: `User ${id}`, email: `user-${id}@x` })
    const first = await chat.users.discover(ada, { prefix: 'user', first: 4 })
    const second = await chat.users.discover(ada, { prefix: 'user', first: 4, after: first.cursor(3) })
    const third = await chat.users.discover(ada, { prefix: 'user', first: 4, after: second.cursor(3) })
    same([...first.items, ...second.items, ...third.items].map(({ id }) => id).sort(), ids, 'everyone once')
    same([first.hasNext, first.hasPrevious, third.hasNext, third.hasPrevious], [true, false, false, true], 'edges')
    const back = await chat.users.discover(ada, { prefix: 'user', last: 3, before: third.cursor(0) })
    same(back.items, second.items.slice(1), 'backwards in the same order')
    same((await chat.users.discover(ada, { prefix: 'user', last: 2 })).items.at(-1), third.items.at(-1), 'from the end')
    for (const query of [{ prefix: 'use' }, { prefix: 'user', presence: 'online' as const }])
      await rejects(
        () => chat.users.discover(ada, { ...query, after: first.cursor(0) }),
        'INVALID_CURSOR',
        'other question',
      )
    await rejects(
      () => chat.users.discover(bob, { prefix: 'user', after: first.cursor(0) }),
      'INVALID_CURSOR',
      'other actor',
    )
  }),
  domainCase('who is blocked finds, sees and reaches the blocker no more', async ({ chat }) => {
    for (const id of ['ada', 'bob', 'cyd']) await chat.users.create(admin, id, { name: id })
    await chat.users.heartbeat(ada)
    const before = await chat.threads.direct(bob, 'ada')
    await chat.users.block(ada, 'bob')
    await chat.users.block(ada, 'bob')
    same(await chat.users.blocked(ada), ['bob'], 'the list')
    same(await chat.users.blocked(bob), [], 'is one-sided')
    same(await refusalOf(() => chat.users.get(bob, 'ada')), await refusalOf(() => chat.users.get(bob, 'nobody')), 'get')
    same(await chat.users.exists(bob, 'ada'), false, 'exists')
    same(
      (await chat.users.discover(bob)).items.map(({ id }) => id),
      ['cyd'],
      'discover',
    )
    same(await chat.users.presence(bob, ['ada']), [{ userId: 'ada', status: 'offline' }], 'presence')
    await chat.users.delete(cyd, 'cyd')
    same(
      await refusalOf(() => chat.threads.direct(bob, 'ada')),
      await refusalOf(() => chat.threads.direct(bob, 'cyd')),
      'direct',
    )
    await chat.users.restore(cyd, 'cyd')
    await rejects(() => say(chat, bob, before.id, 'hello?'), 'FORBIDDEN', 'write in the thread there is')
    await say(chat, ada, before.id, 'I can still write')
    same((await chat.users.get(cyd, 'ada')).id, 'ada', 'others see her')
    same((await chat.users.get(ada, 'bob')).id, 'bob', 'she sees him')
    const { id: bobs } = await chat.threads.create(bob)
    await rejects(() => chat.threads.addMember(bob, bobs, 'ada'), 'NOT_FOUND', 'add to a thread')
    await chat.users.unblock(ada, 'bob')
    await say(chat, bob, before.id, 'thanks')
    same((await chat.users.get(bob, 'ada')).id, 'ada', 'and sees her again')
    await rejects(() => chat.users.block(ada, 'ada'), 'INVALID', 'oneself')
  }),
  domainCase('a block holds in every order of blocking and opening a direct thread', async ({ chat, open, clock }) => {
    const other = open()
    for (let n = 0; n < 10; n++) {
      const [a, b] = [{ userId: `a${n}` }, { userId: `b${n}` }]
      await Promise.all([chat.users.block(a, b.userId), codeOf(() => other.threads.direct(b, a.userId))])
      const opened = (await chat.threads.list(b)).items[0]
      if (opened) await rejects(() => say(other, b, opened.id, 'x'), 'FORBIDDEN', 'the thread knows of the block')
    }
    await chat.users.block(ada, 'eve')
    await rejects(
      () => chat.threads.direct(ada, 'eve'),
      'FORBIDDEN',
      'nor does the blocker open one that would not hold',
    )
    // A direct thread that is gone does not stand in the way of blocking.
    const dead = await chat.threads.direct(ada, 'bob')
    await chat.threads.delete(ada, dead.id, { immediate: true })
    await chat.jobs.purge(admin)
    await chat.users.block(ada, 'bob')
    clock.advance(60 * 24 * 60 * minute)
    await chat.users.unblock(ada, 'bob')
    same(await chat.users.blocked(ada), ['eve'], 'blocked and unblocked')
  }),
  domainCase('who sends heartbeats is online, or away, until they stop', async ({ chat, clock, open }) => {
    same(await chat.users.presence(bob, ['ada']), [{ userId: 'ada', status: 'offline' }], 'never seen')
    same(await chat.users.heartbeat(ada), { userId: 'ada', status: 'online', lastSeenAt: clock.now() }, 'the answer')
    const seen = clock.now()
    clock.advance(minute)
    same(
      await open().users.presence(bob, ['ada', 'bob']),
      [
        { userId: 'ada', status: 'online', lastSeenAt: seen },
        { userId: 'bob', status: 'offline' },
      ],
      'a minute later still, for every process',
    )
    clock.advance(1)
    same(
      (await chat.users.presence(bob, ['ada']))[0],
      { userId: 'ada', status: 'offline', lastSeenAt: seen },
      'then offline',
    )
    await chat.users.heartbeat(ada, 'away')
    same((await chat.users.presence(bob, ['ada']))[0]?.status, 'away', 'away')
    await chat.users.create(ada, 'ada')
    await chat.users.create(eve, 'eve')
    same(
      (await chat.users.discover(bob, { presence: 'away' })).items.map(({ id }) => id),
      ['ada'],
      'discover by presence',
    )
    same(
      (await chat.users.discover(bob, { presence: 'offline' })).items.map(({ id }) => id),
      ['eve'],
      'and offline',
    )
    await rejects(() => chat.users.heartbeat(ada, 'busy' as never), 'INVALID', 'no other status')
  }),
]
