import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import type { Thread, Threads } from '../../domain/threads/threads.types.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, day, eve, minute, say, sayMany, second, stranger, thread } from './people.ts'

const viewer: Actor = { userId: 'viewer' }
const member: Actor = { userId: 'member' }
const editor: Actor = { userId: 'editor' }
const owner: Actor = { userId: 'owner' }
const roles = [stranger, viewer, member, editor, owner, admin]

/** What each may do, from `stranger` to `admin`: the first that may. Those before get the code. */
const table: [string, Actor, string, (chat: Threadkeep, actor: Actor, id: string, n: number) => Promise<unknown>][] = [
  ['read', viewer, 'NOT_FOUND', (chat, actor, id) => chat.messages.newest(actor, id, 1)],
  ['fork', viewer, 'NOT_FOUND', (chat, actor, id) => chat.threads.fork(actor, id, 'first')],
  ['feedback', viewer, 'NOT_FOUND', (chat, actor, id) => chat.messages.feedback(actor, id, ['first'], 'positive')],
  ['append', member, 'FORBIDDEN', (chat, actor, id) => say(chat, actor, id, 'x')],
  ['typing', member, 'FORBIDDEN', (chat, actor, id) => chat.messages.typing(actor, id)],
  ['append as assistant', editor, 'FORBIDDEN', (chat, actor, id) => say(chat, actor, id, 'x', { role: 'assistant' })],
  [
    'append for another',
    editor,
    'FORBIDDEN',
    (chat, actor, id) => say(chat, actor, id, 'x', { role: 'tool', authorId: 'bot' }),
  ],
  [
    'edit what another wrote',
    editor,
    'FORBIDDEN',
    (chat, actor, id, n) => chat.messages.edit(actor, id, 'first', { content: `${n}` }),
  ],
  [
    'delete what another wrote',
    editor,
    'FORBIDDEN',
    (chat, actor, id, n) => chat.messages.delete(actor, id, `spare${n}`),
  ],
  ['update', editor, 'FORBIDDEN', (chat, actor, id) => chat.threads.update(actor, id, { title: 'x' })],
  ['truncate', editor, 'FORBIDDEN', (chat, actor, id) => chat.threads.truncate(actor, id, 'spare9')],
  ['set the status', owner, 'FORBIDDEN', (chat, actor, id) => chat.threads.setStatus(actor, id, { type: 'active' })],
  ['add a member', owner, 'FORBIDDEN', (chat, actor, id, n) => chat.threads.addMember(actor, id, `new${n}`)],
  ['change a role', owner, 'FORBIDDEN', (chat, actor, id) => chat.threads.setRole(actor, id, 'spare', 'viewer')],
  ['remove a member', owner, 'FORBIDDEN', (chat, actor, id, n) => chat.threads.removeMember(actor, id, `guest${n}`)],
  [
    'delete',
    owner,
    'FORBIDDEN',
    (chat, actor, id) => chat.threads.delete(actor, id).then(() => chat.threads.restore(actor, id)),
  ],
]

/** Members: rights, roles, lists, big threads. */
export const memberCases: readonly DomainCase[] = [
  ...table.map(([what, first, before, call]) =>
    domainCase(`who may ${what}: ${first.userId} and above, and nobody below`, async ({ chat }) => {
      const { id } = await everyone(chat)
      for (const [n, actor] of roles.entries()) {
        const allowed = n >= roles.indexOf(first)
        const code = await codeOf(() => call(chat, actor, id, n))
        if (allowed) ok(typeof code === 'object', `${actor.userId} may, but got ${String(code)}`)
        else same(code, actor === stranger ? 'NOT_FOUND' : before, `${actor.userId} may not`)
      }
    }),
  ),
  domainCase('members may change and delete what they wrote, viewers not even that', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const message = await say(chat, bob, id, 'mine')
    await chat.messages.edit(bob, id, message.id, { content: 'still mine' })
    await chat.threads.setRole(ada, id, 'bob', 'viewer')
    await rejects(() => chat.messages.edit(bob, id, message.id, { content: 'x' }), 'FORBIDDEN', 'edit as a viewer')
    await rejects(() => chat.messages.delete(bob, id, message.id), 'FORBIDDEN', 'delete as a viewer')
    await rejects(() => chat.messages.restore(bob, id, message.id), 'FORBIDDEN', 'restore as a viewer')
  }),
  domainCase('what an editor deletes, its author cannot bring back', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }, { userId: 'cyd', role: 'editor' }] })
    const message = await say(chat, bob, id, 'rude')
    await chat.messages.delete(cyd, id, message.id)
    await rejects(() => chat.messages.restore(bob, id, message.id), 'FORBIDDEN', 'the author')
    same((await chat.messages.restore(ada, id, message.id)).content, 'rude', 'another editor')
    await chat.messages.delete(bob, id, message.id)
    same((await chat.messages.restore(bob, id, message.id)).content, 'rude', 'what the author deleted itself')
  }),
  domainCase('a new member sees the thread at once, one who is gone never again', async ({ chat, clock }) => {
    const { id } = await thread(chat)
    await say(chat, ada, id, 'x')
    clock.advance(second)
    await rejects(() => chat.threads.get(bob, id), 'NOT_FOUND', 'before')
    const joined = await chat.threads.addMember(ada, id, 'bob')
    same(
      joined,
      {
        threadId: id,
        userId: 'bob',
        role: 'member',
        joinedAt: clock.now(),
        readSeq: 0,
        deliveredSeq: 0,
        archived: false,
        muted: false,
      },
      'the answer',
    )
    same(await chat.threads.addMember(ada, id, 'bob', 'owner'), joined, 'again: as it was')
    same((await chat.threads.list(bob)).items.length, 1, 'listed')
    same((await chat.threads.setRole(ada, id, 'bob', 'editor')).role, 'editor', 'a new role')
    await chat.threads.update(bob, id, { title: 'by bob' })
    await chat.threads.removeMember(ada, id, 'bob')
    for (const call of [
      () => chat.threads.get(bob, id),
      () => say(chat, bob, id, 'x'),
      () => chat.messages.newest(bob, id, 1),
    ])
      await rejects(call, 'NOT_FOUND', 'after')
    same((await chat.threads.list(bob)).items, [], 'not listed')
    await chat.threads.addMember(ada, id, 'bob')
    await chat.threads.removeMember(bob, id, 'bob')
    await rejects(() => chat.threads.get(bob, id), 'NOT_FOUND', 'anyone may leave')
    for (const call of [
      () => chat.threads.member(ada, id, 'bob'),
      () => chat.threads.setRole(ada, id, 'bob', 'viewer'),
      () => chat.threads.removeMember(ada, id, 'bob'),
    ])
      await rejects(call, 'NOT_FOUND', 'no such member')
    await rejects(() => chat.threads.addMember(ada, id, 'cyd', 'boss' as never), 'INVALID_ROLE', 'a role that is none')
    await rejects(() => chat.threads.setRole(ada, id, 'ada', undefined as never), 'INVALID_ROLE', 'no role')
  }),
  domainCase('a thread always has an owner, and names one of them', async ({ chat, open }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'owner' }] })
    await chat.threads.setRole(bob, id, 'ada', 'viewer')
    same((await chat.threads.get(bob, id)).ownerId, 'bob', 'the other one')
    await rejects(() => chat.threads.setRole(bob, id, 'bob', 'editor'), 'CONFLICT', 'the last cannot step down')
    await rejects(() => chat.threads.removeMember(bob, id, 'bob'), 'CONFLICT', 'nor go')
    await rejects(() => chat.threads.removeMember(admin, id, 'bob'), 'CONFLICT', 'nor be sent away')
    await chat.threads.setRole(bob, id, 'ada', 'owner')
    const other = open()
    const codes = await Promise.all([
      codeOf(() => chat.threads.removeMember(ada, id, 'ada')),
      codeOf(() => other.threads.removeMember(bob, id, 'bob')),
    ])
    same(codes.filter((code) => code === 'CONFLICT').length, 1, 'of two who leave at once one stays')
  }),
  domainCase('what another process decides is known at once', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    await say(chat, bob, id, 'here I may')
    await other.threads.removeMember(ada, id, 'bob')
    await rejects(() => say(chat, bob, id, 'x'), 'NOT_FOUND', 'gone')
    await other.threads.addMember(ada, id, 'bob')
    await say(chat, bob, id, 'and back')
    await other.threads.setStatus(ada, id, { type: 'closed' })
    await rejects(() => say(chat, bob, id, 'x'), 'THREAD_CLOSED', 'closed')
    await other.threads.setStatus(ada, id, { type: 'active' })
    await say(chat, bob, id, 'open again')
    await other.threads.removeMember(ada, id, 'bob')
    same((await chat.threads.addMember(ada, id, 'bob')).userId, 'bob', 'added anew, not "there already"')
    same((await other.threads.get(bob, id)).memberCount, 2, 'and it is')
  }),
  domainCase('members are paged in one order, both ways', async ({ chat }) => {
    const ids = Array.from({ length: 9 }, (_, n) => `m${n}`)
    const { id } = await thread(chat, { members: ids.map((userId) => ({ userId })) })
    const first = await chat.threads.members(bob, id).then(
      () => undefined,
      () => 'hidden',
    )
    same(first, 'hidden', 'not for strangers')
    const one = await chat.threads.members(ada, id, { first: 4 })
    const two = await chat.threads.members(ada, id, { first: 4, after: one.cursor(3) })
    const three = await chat.threads.members(ada, id, { first: 4, after: two.cursor(3) })
    same(
      [...one.items, ...two.items, ...three.items].map(({ userId }) => userId),
      ['ada', ...ids],
      'everyone once',
    )
    same([one.hasNext, two.hasNext, three.hasNext], [true, true, false], 'hasNext')
    const back = await chat.threads.members(ada, id, { last: 3, before: three.cursor(0) })
    same(back.items, two.items.slice(1), 'backwards')
    const another = await thread(chat)
    await rejects(
      () => chat.threads.members(ada, another.id, { after: one.cursor(0) }),
      'INVALID_CURSOR',
      'of another thread',
    )
  }),
  domainCase('how somebody keeps a thread is nobody else’s business', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    await chat.threads.archive(ada, id)
    await chat.threads.mute(ada, id)
    const own = await chat.threads.member(ada, id, 'ada')
    same([own.archived, own.muted], [true, true], 'own')
    const seen = await chat.threads.member(bob, id, 'ada')
    same([seen.archived, seen.muted], [false, false], 'by the other')
    same((await chat.threads.list(ada)).items, [], 'archived: not in the list')
    same((await chat.threads.list(ada, { filter: { archived: true } })).items.length, 1, 'but among the archived')
    same((await chat.threads.list(ada, { filter: { archived: 'any' } })).items.length, 1, 'and among all')
    same((await chat.threads.list(bob)).items.length, 1, 'the other still has it')
    await say(chat, bob, id, 'x')
    same((await chat.threads.list(ada)).items, [], 'a message does not bring it back')
    await chat.threads.archive(ada, id, false)
    await chat.threads.mute(ada, id, false)
    same((await chat.threads.list(ada)).items.length, 1, 'unarchived')
    await rejects(() => chat.threads.archive(stranger, id), 'NOT_FOUND', 'a stranger')
    await rejects(() => chat.threads.archive(admin, id), 'NOT_FOUND', 'an admin is no member')
  }),
  domainCase(
    'threads are listed by activity, creation or messages, either way, and paged both ways',
    async ({ chat, clock }) => {
      const ids: string[] = []
      for (let n = 0; n < 9; n++) {
        // Three share each moment, so that what comes first must be decided otherwise.
        if (n % 3 === 0) clock.advance(second)
        ids.push((await thread(chat, { id: `t${n}` })).id)
      }
      clock.advance(second)
      for (const [n, id] of ['t4', 't0', 't8'].entries()) {
        clock.advance(second)
        await sayMany(chat, ada, id, n + 1)
      }
      const orders: [NonNullable<Parameters<Threads['list']>[1]>, readonly string[]][] = [
        [{ sort: 'activity' }, ['t8', 't0', 't4', 't7', 't6', 't5', 't3', 't2', 't1']],
        [{}, ['t8', 't0', 't4', 't7', 't6', 't5', 't3', 't2', 't1']],
        [{ sort: 'created' }, ['t8', 't7', 't6', 't5', 't4', 't3', 't2', 't1', 't0']],
        [{ sort: 'messages' }, ['t8', 't0', 't4', 't7', 't6', 't5', 't3', 't2', 't1']],
      ]
      for (const [query, expected] of orders) {
        for (const direction of ['desc', 'asc'] as const) {
          const order = direction === 'desc' ? expected : expected.toReversed()
          for (const size of [1, 2, 4, 9, 20]) {
            const claim = `${query.sort} ${direction}, ${size} at a time`
            same(await walk(chat, { ...query, direction }, size, 'forward'), order, `${claim}, forward`)
            same(await walk(chat, { ...query, direction }, size, 'backward'), order, `${claim}, backward`)
          }
        }
      }
      for (const query of [
        { sort: 'title' },
        { direction: 'up' },
        { filter: { metadata: null } },
        { filter: { title: 1 } },
      ])
        same(await codeOf(() => chat.threads.list(ada, query as never)), 'INVALID', JSON.stringify(query))
      for (const query of [{ first: 0 }, { first: 101 }, { last: 1.5 }, { first: '5' }])
        same(await codeOf(() => chat.threads.list(ada, query as never)), 'INVALID_LIMIT', JSON.stringify(query))
      same(await codeOf(() => chat.threads.list(ada, { first: 1, last: 1 })), 'INVALID', 'first and last')
    },
  ),
  domainCase('threads are filtered by status, metadata, title and kind, also across pages', async ({ chat }) => {
    await thread(chat, { id: 'a', title: 'Crème brûlée', metadata: { topic: 'food', tags: ['x', { y: 1 }] } })
    await thread(chat, { id: 'b', title: 'Billing', metadata: { topic: 'money' } })
    await thread(chat, { id: 'c', title: 'creme', metadata: { topic: 'food' } })
    await chat.threads.setStatus(ada, 'b', { type: 'closed' })
    await chat.threads.setStatus(ada, 'c', { type: 'locked' })
    const direct = (await chat.threads.direct(ada, 'bob')).id
    for (let n = 0; n < 130; n++) await thread(chat, { metadata: { filler: true } })
    const find = async (filter: object) =>
      (await chat.threads.list(ada, { filter, first: 100 })).items.map(({ id }) => id).sort()
    same(await find({ metadata: { topic: 'food' } }), ['a', 'c'], 'metadata')
    same(await find({ metadata: { tags: ['x', { y: 1 }] } }), ['a'], 'deep equality')
    same(await find({ metadata: { tags: ['x'] } }), [], 'and not less')
    same(await find({ metadata: { topic: null } }), [], 'null is a value')
    same(await find({ metadata: { toString: 'x' } }), [], 'no inherited names')
    same(await find({ title: 'CREME' }), ['a', 'c'], 'title, folded')
    same(await find({ status: 'closed' }), ['b'], 'one status')
    same(await find({ status: ['closed', 'locked'] }), ['b', 'c'], 'several')
    same(await find({ status: [] }), [], 'none')
    same(await find({ direct: true }), [direct], 'direct')
    same(
      await find({ title: 'creme', metadata: { topic: 'food' }, status: 'locked', direct: false }),
      ['c'],
      'all must hold',
    )
    const page = await chat.threads.list(ada, { filter: { metadata: { topic: 'food' } }, first: 1 })
    same([page.hasNext, page.hasPrevious], [true, false], 'pages know of what passes')
    const next = await chat.threads.list(ada, {
      filter: { metadata: { topic: 'food' } },
      first: 1,
      after: page.cursor(0),
    })
    same([next.items.length, next.hasNext, next.hasPrevious], [1, false, true], 'the next')
    await rejects(
      () => chat.threads.list(ada, { first: 1, after: page.cursor(0) }),
      'INVALID_CURSOR',
      'bound to the filter',
    )
    await rejects(
      () => chat.threads.list(bob, { filter: { metadata: { topic: 'food' } }, after: page.cursor(0) }),
      'INVALID_CURSOR',
      'and to the actor',
    )
  }),
  domainCase('a cursor into the list of threads survives what moves, comes and goes', async ({ chat, clock }) => {
    for (let n = 0; n < 6; n++) {
      clock.advance(second)
      await thread(chat, { id: `t${n}` })
    }
    const page = await chat.threads.list(ada, { first: 2 })
    same(
      page.items.map(({ id }) => id),
      ['t5', 't4'],
      'the first two',
    )
    clock.advance(second)
    await say(chat, ada, 't4', 'moves to the front')
    await thread(chat, { id: 'new' })
    await chat.threads.delete(ada, 't3')
    const rest = await chat.threads.list(ada, { first: 9, after: page.cursor(1) })
    same(
      rest.items.map(({ id }) => id),
      ['t2', 't1', 't0'],
      'what was behind it and is still there',
    )
    same(rest.hasPrevious, true, 'something is before')
    const front = await chat.threads.list(ada, { last: 9, before: page.cursor(1) })
    same(
      front.items.map(({ id }) => id),
      ['t4', 'new', 't5'].sort((a, b) => (a === 't5' ? 1 : b === 't5' ? -1 : a < b ? 1 : -1)),
      'what is before it now',
    )
  }),
  domainCase('a list counts only what can be read now, swept or not', async ({ chat, clock }) => {
    const { id } = await thread(chat)
    await say(chat, ada, id, 'short', { ttl: 1 })
    await say(chat, ada, id, 'long')
    clock.advance(second)
    same((await chat.threads.list(ada)).items[0]?.messageCount, 1, 'by activity')
    same((await chat.threads.list(ada, { sort: 'messages' })).items[0]?.messageCount, 1, 'by messages')
    same((await chat.threads.getMany(ada, [id]))[0]?.messageCount, 1, 'getMany')
  }),
  domainCase(
    'a thread of more than 32 members works as a small one; its lists follow',
    async ({ chat, clock, open }) => {
      const guests = Array.from({ length: 31 }, (_, n) => ({ userId: `g${n}` }))
      const { id } = await thread(chat, { id: 'big', members: guests })
      const other = { userId: 'g30' }
      const second_ = await chat.threads.create(other, { id: 'small' })
      clock.advance(minute)
      await chat.threads.addMember(ada, id, 'bob')
      await chat.threads.addMember(ada, id, 'cyd', 'owner')
      same((await chat.threads.get(bob, id)).memberCount, 34, 'everyone is in')
      clock.advance(minute)
      await say(chat, bob, id, 'hello all')
      await chat.projections.settle()
      same(
        (await chat.threads.list(other)).items.map((one) => one.id),
        ['big', second_.id],
        'moved to the front',
      )
      await chat.threads.archive(other, id)
      same(
        (await chat.threads.list(other)).items.map((one) => one.id),
        ['small'],
        'flags work',
      )
      await chat.threads.removeMember(cyd, id, 'ada')
      same((await chat.threads.get(bob, id)).ownerId, 'cyd', 'an heir is found')
      await rejects(() => chat.threads.removeMember(cyd, id, 'cyd'), 'CONFLICT', 'the last owner')
      await rejects(() => say(chat, ada, id, 'x'), 'NOT_FOUND', 'who is gone is gone')
      await Promise.all([bob, other, cyd].flatMap((actor) => [say(chat, actor, id, 'x'), say(open(), actor, id, 'y')]))
      same((await chat.threads.get(bob, id)).messageCount, 7, 'everybody at once')
      const made = await chat.threads.create(eve, {
        id: 'born-big',
        members: Array.from({ length: 40 }, (_, n) => ({ userId: `g${n}` })),
      })
      same(
        (await chat.threads.list({ userId: 'g39' })).items.map((one) => one.id),
        [made.id],
        'born big',
      )
      await chat.users.create(admin, 'cyd')
      await chat.users.delete(admin, 'cyd', { mode: 'hard' })
      await rejects(() => chat.threads.get(bob, id), 'NOT_FOUND', 'when its last owner is erased, it goes')
      clock.advance(8 * day)
      await chat.threads.delete(eve, made.id, { immediate: true })
      await chat.jobs.purge(admin)
      same((await chat.threads.list({ userId: 'g39' })).items, [], 'purged')
    },
  ),
]

async function everyone(chat: Threadkeep): Promise<Thread> {
  const made = await chat.threads.create(owner, {
    members: [
      { userId: 'viewer', role: 'viewer' },
      { userId: 'member', role: 'member' },
      { userId: 'editor', role: 'editor' },
      { userId: 'spare', role: 'member' },
      ...Array.from({ length: 6 }, (_, n) => ({ userId: `guest${n}` })),
    ],
  })
  const spare = { userId: 'spare' }
  await chat.messages.appendMany(spare, made.id, [
    { id: 'first', content: 'first' },
    ...Array.from({ length: 10 }, (_, n) => ({ id: `spare${n}`, content: 'spare' })),
  ])
  return made
}

async function walk(
  chat: Threadkeep,
  query: NonNullable<Parameters<Threads['list']>[1]>,
  size: number,
  direction: 'forward' | 'backward',
): Promise<string[]> {
  const found: string[] = []
  let cursor: string | undefined
  for (;;) {
    const request =
      direction === 'forward'
        ? { first: size, ...(cursor !== undefined && { after: cursor }) }
        : { last: size, ...(cursor !== undefined && { before: cursor }) }
    const page = await chat.threads.list(ada, { ...query, ...request })
    const ids = page.items.map(({ id }) => id)
    same(
      [page.hasPrevious, page.hasNext],
      edges(direction, cursor !== undefined, found.length + ids.length < 9),
      'edges',
    )
    if (direction === 'forward') found.push(...ids)
    else found.unshift(...ids)
    if (!(direction === 'forward' ? page.hasNext : page.hasPrevious)) return found
    cursor = page.cursor(direction === 'forward' ? ids.length - 1 : 0)
  }
}

function edges(direction: 'forward' | 'backward', behind: boolean, ahead: boolean): [boolean, boolean] {
  return direction === 'forward' ? [behind, ahead] : [ahead, behind]
}
