import type { DomainEvent } from '../../domain/events/event.ts'
import { names } from '../../domain/kernel/names.ts'
import type { Stats } from '../../domain/stats/stats.types.ts'
import { ok, rejects, same } from '../expect.ts'
import { file } from './attachment-cases.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import {
  ada,
  admin,
  bob,
  codeOf,
  cyd,
  day,
  eventually,
  minute,
  say,
  sayMany,
  second,
  stranger,
  thread,
} from './people.ts'

const counter = { userId: 'counter', scopes: ['stats:system' as const] }

/** Statistics, events and what follows them. */
export const countCases: readonly DomainCase[] = [
  domainCase('a thread’s statistics are what one counts by hand', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
    same(
      without(await chat.stats.thread(ada, id)),
      {
        threadId: id,
        messageCount: 0,
        byRole: { user: 0, assistant: 0, system: 0, tool: 0 },
        durationMs: 0,
        averageLength: 0,
        responseRatio: 0,
      },
      'empty',
    )
    const first = clock.now()
    // Asked twice, answered 10 s after the second; asked, answered after 30 s, and again; a system message in between; asked.
    const script: [number, 'user' | 'assistant' | 'system', string][] = [
      [0, 'user', '12'],
      [5, 'user', '👍👍👍👍'],
      [10, 'assistant', '123'],
      [20, 'user', '1'],
      [10, 'system', '12345'],
      [20, 'assistant', '12'],
      [5, 'assistant', '123456'],
      [60, 'user', '1'],
    ]
    for (const [wait, role, content] of script) {
      clock.advance(wait * second)
      await say(chat, role === 'user' ? ada : bob, id, content, { role })
    }
    await chat.projections.settle()
    const expected = {
      threadId: id,
      messageCount: 8,
      byRole: { user: 4, assistant: 3, system: 1, tool: 0 },
      firstMessageAt: first,
      lastMessageAt: clock.now(),
      durationMs: 130 * second,
      averageLength: 3,
      responseRatio: 0.75,
      responseTimeMedianMs: 20 * second,
      responseTimeP95Ms: 30 * second,
    }
    const stats = await chat.stats.thread(ada, id)
    same(without(stats), expected, 'counted')
    same(stats.asOf, clock.now(), 'up to now')
    same(await chat.stats.threads(bob, ['missing', id]), [undefined, stats], 'many at once')
    // The first answer is gone: now the second question waited for it.
    const all = await chat.messages.newest(ada, id, 9)
    await chat.messages.delete(ada, id, all[0]!.id)
    await chat.messages.delete(bob, id, all[2]!.id, { mode: 'hard' })
    await chat.messages.edit(bob, id, all[6]!.id, { content: '1' })
    await chat.projections.settle()
    same(
      without(await chat.stats.thread(ada, id)),
      {
        ...expected,
        messageCount: 6,
        byRole: { user: 3, assistant: 2, system: 1, tool: 0 },
        firstMessageAt: first + 5 * second,
        durationMs: 125 * second,
        averageLength: (4 + 1 + 5 + 2 + 1 + 1) / 6,
        responseRatio: 2 / 3,
        responseTimeMedianMs: 30 * second,
      },
      'after deletions and an edit',
    )
    await rejects(() => chat.stats.thread(stranger, id), 'NOT_FOUND', 'a stranger')
  }),
  domainCase('a user’s statistics are of the threads it is in, and of what it wrote', async ({ chat, clock }) => {
    const start = clock.now()
    const own = await thread(chat, { members: [{ userId: 'bob' }] })
    clock.advance(second)
    const other = await chat.threads.create(bob, { members: [{ userId: 'ada' }] })
    await chat.threads.create(cyd)
    await sayMany(chat, ada, own.id, 5)
    clock.advance(second)
    await say(chat, bob, own.id, 'x')
    await say(chat, ada, other.id, 'y', { ttl: 5 })
    await chat.projections.settle()
    const stats = await chat.stats.user(ada, 'ada')
    same(
      stats,
      {
        userId: 'ada',
        totalThreads: 2,
        totalMessages: 7,
        averageMessagesPerThread: 3.5,
        authoredMessages: 6,
        firstActivityAt: start,
        lastActivityAt: clock.now(),
        asOf: clock.now(),
      },
      'ada',
    )
    clock.advance(5 * second)
    same((await chat.stats.user(ada, 'ada')).totalMessages, 6, 'expired')
    await chat.threads.delete(bob, other.id)
    await chat.projections.settle()
    const later = await chat.stats.user(counter, 'ada')
    same([later.totalThreads, later.totalMessages, later.authoredMessages], [1, 6, 5], 'a deleted thread')
    same(
      await chat.stats.user(stranger, 'stranger'),
      {
        userId: 'stranger',
        totalThreads: 0,
        totalMessages: 0,
        averageMessagesPerThread: 0,
        authoredMessages: 0,
        asOf: clock.now(),
      },
      'nothing',
    )
    await rejects(() => chat.stats.user(bob, 'ada'), 'FORBIDDEN', "another's without the scope")
  }),
  domainCase('the system’s statistics, and messages per day', async ({ chat, clock }) => {
    await chat.users.create(ada, 'ada')
    await chat.users.create(bob, 'bob')
    await chat.users.create(cyd, 'cyd')
    await chat.users.delete(cyd, 'cyd')
    const a = await thread(chat)
    const b = await chat.threads.create(bob)
    // To noon of the next day, so that a minute is the same day.
    clock.set((Math.floor(clock.now() / day) + 1) * day + day / 2)
    const today = clock.now()
    await sayMany(chat, ada, a.id, 3)
    await say(chat, bob, b.id, 'žluť', { metadata: { a: 1 } })
    await chat.messages.append(bob, b.id, { kind: 'image', data: { url: 'x' }, role: 'assistant' })
    const one = await file(chat, ada, 'twelve bytes')
    await say(chat, ada, a.id, 'x', { attachments: [one.id] })
    clock.advance(2 * day)
    await sayMany(chat, ada, a.id, 2)
    const gone = await thread(chat)
    await sayMany(chat, ada, gone.id, 9)
    await chat.threads.delete(ada, gone.id)
    await chat.projections.settle()
    const bytes = 3 + 6 + '{"a":1}'.length + '{"url":"x"}'.length + 12 + 1 + 2
    const stats = await chat.stats.system(counter)
    same(
      stats,
      {
        totalUsers: 2,
        totalThreads: 2,
        totalMessages: 8,
        storageBytes: bytes,
        averageMessagesPerUser: 4,
        averageMessagesPerThread: 4,
        asOf: clock.now(),
      },
      'counted',
    )
    const days = [0, 1, 2, 3].map((n) => new Date(today + n * day).toISOString().slice(0, 10))
    const range = { from: today - minute, to: today + 2 * day + 1 }
    same(
      await chat.stats.perDay(counter, range),
      [
        { day: days[0], messages: 6 },
        { day: days[1], messages: 0 },
        { day: days[2], messages: 2 },
      ],
      'of the system',
    )
    same(
      (await chat.stats.perDay(ada, { ...range, threadId: a.id })).map(({ messages }) => messages),
      [4, 0, 2],
      'of a thread',
    )
    same((await chat.stats.perDay(counter, { from: today, to: today + 1 })).length, 1, 'one day')
    for (const [query, code] of [
      [{ from: 1, to: 1 }, 'INVALID'],
      [{ from: Number.NaN, to: 1 }, 'INVALID'],
      [{ from: 0, to: 9e15 }, 'INVALID_LIMIT'],
      [{ from: 0, to: 8e15 }, 'INVALID_LIMIT'],
    ] as [{ from: number; to: number }, string][])
      same(await codeOf(() => chat.stats.perDay(counter, query)), code, JSON.stringify(query))
    await rejects(() => chat.stats.perDay(ada, range), 'FORBIDDEN', 'the system without the scope')
    await rejects(() => chat.stats.system(ada), 'FORBIDDEN', 'nor its numbers')
    await rejects(() => chat.stats.perDay(stranger, { ...range, threadId: a.id }), 'NOT_FOUND', 'a stranger')
    await chat.threads.restore(ada, gone.id)
    await chat.projections.settle()
    same((await chat.stats.system(counter)).totalMessages, 17, 'a thread that comes back counts again')
    await chat.threads.delete(ada, gone.id, { immediate: true })
    await chat.jobs.purge(admin)
    await chat.projections.settle()
    same((await chat.stats.system(counter)).totalMessages, 8, 'and purged, never again')
  }),
  domainCase('what is not counted yet is said so', async ({ chat, clock, open }) => {
    const { id } = await thread(chat)
    await chat.projections.settle()
    const quiet = open({ projector: 'external' })
    clock.advance(second)
    const before = clock.now()
    await say(quiet, ada, id, 'x')
    clock.advance(second)
    same((await quiet.stats.system(counter)).asOf, before, 'the system')
    ok((await quiet.stats.thread(ada, id)).asOf < before, 'the thread')
    await say(chat, ada, id, 'y', { ttl: 1 })
    await chat.projections.settle()
    clock.advance(minute)
    same(
      (await chat.stats.system(counter)).asOf,
      clock.now() - minute + second,
      'what has expired but is not counted out',
    )
  }),
  domainCase('drift is found and mended; a recount of what is right changes nothing', async ({ chat, store }) => {
    const a = await thread(chat, { id: 'a' })
    await sayMany(chat, ada, a.id, 5)
    await chat.users.create(ada, 'ada')
    await chat.projections.settle()
    const figures = async () => [
      without(await chat.stats.thread(ada, a.id)),
      (await chat.stats.system(counter)).totalMessages,
      (await chat.stats.user(ada, 'ada')).authoredMessages,
    ]
    const right = await figures()
    await chat.projections.statistics.recount(a.id)
    same(await figures(), right, 'recounted')
    same(await chat.stats.reconcile(admin), [], 'no drift')
    const [tally] = await store.get([{ collection: names.statsStreams, key: 'a' }])
    await store.commit([
      { type: 'put', at: { collection: names.statsStreams, key: 'a' }, value: { ...tally!.value, messages: 7 } },
    ])
    for (const collection of [names.statsSystem, names.statsDays, names.statsAuthoredBy('ada')]) {
      const [entry] = await store.list(collection, { limit: 1 })
      const value = Object.fromEntries(
        Object.entries(entry!.value).map(([name, count]) => [name, (count as number) + 3]),
      )
      await store.commit([{ type: 'put', at: { collection, key: entry!.key }, value }])
    }
    const found = await chat.stats.reconcile(admin)
    ok(
      found.some(({ what }) => what === 'thread a: messages') &&
        found.some(({ what }) => what.startsWith('day ')) &&
        found.some(({ what }) => what.startsWith('system: ')) &&
        found.some(({ what }) => what === 'author ada'),
      `all is found: ${JSON.stringify(found)}`,
    )
    await chat.stats.reconcile(admin, { repair: true })
    same(await chat.stats.reconcile(admin), [], 'mended')
    same(await figures(), right, 'as it was')
    await rejects(() => chat.stats.reconcile(counter), 'FORBIDDEN', 'admins only')
  }),
  domainCase('all that follows the events can be built anew from the records', async ({ chat, store, search }) => {
    await chat.users.create(ada, 'ada')
    const a = await thread(chat)
    await sayMany(chat, ada, a.id, 3)
    await say(chat, ada, a.id, 'needle')
    await chat.messages.delete(ada, a.id, (await chat.messages.newest(ada, a.id, 4))[0]!.id)
    await file(chat, ada, 'file')
    await chat.projections.settle()
    const before = [await chat.stats.system(counter), await chat.stats.thread(ada, a.id)]
    for (const collection of [
      names.statsStreams,
      names.statsSystem,
      names.statsDays,
      names.statsThreadDays(a.id),
      names.statsThreadAuthors(a.id),
      names.statsAuthoredBy('ada'),
    ])
      for (const { key } of await store.list(collection, { limit: 100 }))
        await store.commit([{ type: 'delete', at: { collection, key } }])
    await search.apply([{ type: 'deleteThread', threadId: a.id }])
    await chat.projections.rebuild()
    same([await chat.stats.system(counter), await chat.stats.thread(ada, a.id)], before, 'the statistics')
    same((await chat.search.messages(ada, { query: 'needle' })).results.length, 1, 'the index')
  }),
  domainCase(
    'every commit leaves its events, in order, and whoever follows them loses and doubles none',
    async ({ chat, open }) => {
      const quiet = open({ projector: 'external' })
      const heard: DomainEvent[] = []
      const stop = quiet.on('*', (event) => heard.push(event))
      const { id } = await thread(quiet, { members: [{ userId: 'bob' }] })
      const [x] = [await say(quiet, ada, id, 'x')]
      await Promise.all([1, 2, 3, 4, 5].map((n) => say(quiet, bob, id, `${n}`)))
      await quiet.messages.edit(ada, id, x!.id, { content: 'Secret Words' })
      await quiet.messages.delete(ada, id, x!.id)
      await quiet.messages.restore(ada, id, x!.id)
      await quiet.threads.update(ada, id, { title: 'y' })
      await quiet.threads.removeMember(ada, id, 'bob')
      await quiet.users.create(ada, 'ada')
      await eventually(() => heard.length >= 15, 'listeners are told')
      stop()
      const own = heard.filter(({ threadId }) => threadId === id)
      same(
        own.map(({ eventSeq }) => eventSeq),
        own.map((_, n) => n + 1),
        'numbers without a gap',
      )
      same(
        own.map(({ type }) => type),
        [
          'thread.created',
          'member.added',
          'member.added',
          ...Array(6).fill('message.created'),
          'message.edited',
          'message.deleted',
          'message.restored',
          'thread.updated',
          'member.removed',
        ],
        'what happened',
      )
      ok(!JSON.stringify(heard).includes('Secret'), 'no content in them')
      const { statistics } = chat.projections
      await statistics.apply(own.slice(0, 5))
      await statistics.apply(own.slice(2, 9))
      await Promise.all([
        statistics.apply(own.slice(3)),
        statistics.apply(own),
        open().projections.statistics.apply(own.slice(8)),
      ])
      await statistics.apply([...own, ...own])
      await statistics.apply(own.slice(0, 3))
      same((await chat.stats.thread(ada, id)).messageCount, 6, 'late, double and at once: counted once')
      await chat.projections.settle()
      same((await chat.stats.system(counter)).totalMessages, 6, 'also when they come out of the outbox after that')
      const other = await thread(quiet)
      await sayMany(quiet, ada, other.id, 4)
      const last = own[own.length - 1]!
      await statistics.apply([{ ...last, type: 'thread.updated', stream: other.id, threadId: other.id, eventSeq: 6 }])
      same((await chat.stats.thread(ada, other.id)).messageCount, 4, 'a gap is closed by counting anew')
      same(
        heard.filter(({ threadId }) => threadId === other.id),
        [],
        'who has stopped listening hears nothing',
      )
    },
  ),
  domainCase('what a crash left in the outbox is taken by whoever comes next', async ({ chat, open, store }) => {
    const crashing = open({ store: crashAfter(store, 4), projector: 'manual' })
    const { id } = await thread(crashing)
    await say(crashing, ada, id, 'needle one')
    await say(crashing, ada, id, 'needle two')
    await codeOf(() => crashing.projections.settle())
    await codeOf(() => crashing.projections.settle())
    await crashing.close()
    await chat.projections.settle()
    same((await chat.stats.thread(ada, id)).messageCount, 2, 'counted')
    same((await chat.search.messages(ada, { query: 'needle' })).results.length, 2, 'indexed')
    for (let allowed = 0; allowed < 8; allowed++) {
      const dying = open({ store: crashAfter(store, allowed), projector: 'manual' })
      await codeOf(() => say(dying, ada, id, `needle ${allowed}`))
      await codeOf(() => dying.threads.delete(ada, id).then(() => dying.threads.restore(ada, id)))
      await codeOf(() => dying.projections.settle())
      await codeOf(() => chat.threads.restore(ada, id))
    }
    await chat.projections.settle()
    const { messageCount } = await chat.threads.get(ada, id)
    same((await chat.stats.thread(ada, id)).messageCount, messageCount, 'wherever it crashes')
  }),
  domainCase(
    'listeners hear what they asked for; one that throws, hangs or changes what it hears disturbs nobody',
    async ({ chat, errors, open }) => {
      const other = open()
      const heard: string[] = []
      const offs = [
        chat.on('message.created', () => {
          throw new Error('own trouble')
        }),
        chat.on('message.created', () => new Promise(() => {})),
        chat.on('message.created', async () => Promise.reject(new Error('later trouble'))),
        chat.on('message.created', (event) => {
          ;(event as { type: string }).type = 'forged'
        }),
        chat.on('message.created', ({ type, seq }) => heard.push(`${type} ${seq}`)),
        chat.on('*', ({ type }) => heard.push(`* ${type}`)),
      ]
      const { id } = await thread(chat)
      await say(chat, ada, id, 'x')
      await say(other, ada, id, 'y')
      await eventually(() => heard.length >= 4, 'told')
      same(
        heard,
        ['* thread.created', '* member.added', 'message.created 1', '* message.created'],
        'what this process commits',
      )
      ok(errors.splice(0).length >= 2, 'their errors are reported')
      for (const off of offs) {
        off()
        off()
      }
      await say(chat, ada, id, 'z')
      await new Promise((resolve) => setTimeout(resolve, 5))
      same(heard.length, 4, 'nothing more')
    },
  ),
  domainCase('random work, and the statistics equal a recount', async ({ chat, clock, open }) => {
    const other = open()
    let seed = 20_260_101
    const random = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % n
    }
    const ids = await Promise.all(
      [0, 1, 2].map(
        async (n) => (await thread(chat, { id: `t${n}`, members: [{ userId: 'bob', role: 'editor' }] })).id,
      ),
    )
    for (let step = 0; step < 150; step++) {
      const [through, actor, id] = [random(2) ? chat : other, random(2) ? ada : bob, ids[random(3)]!]
      const known = await through.messages.newest(admin, id, 20, { includeDeleted: true }).catch(() => [])
      const message = known[random(Math.max(1, known.length))]
      const act = [
        () =>
          say(through, actor, id, 'x'.repeat(1 + random(50)), {
            role: random(2) ? 'user' : 'assistant',
            ...(random(3) === 0 && { ttl: 1 + random(5) }),
          }),
        () => through.messages.edit(actor, id, message!.id, { content: 'y'.repeat(1 + random(20)) }),
        () => through.messages.delete(actor, id, message!.id, { mode: random(2) ? 'soft' : 'hard' }),
        () => through.messages.restore(actor, id, message!.id),
        () => through.threads.truncate(ada, id, message!.id),
        () => through.threads.delete(ada, id),
        () => through.threads.restore(ada, id),
        () => through.threads.restore(ada, id),
        async () => void clock.advance(random(2_000)),
        () => through.projections.settle(),
      ][[0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9][random(16)]!]!
      await codeOf(act)
    }
    for (const id of ids) await codeOf(() => chat.threads.restore(ada, id))
    clock.advance(10 * second)
    await chat.jobs.expire(admin)
    await chat.projections.settle()
    for (const id of ids) {
      const stats = await chat.stats.thread(ada, id)
      await chat.projections.statistics.recount(id)
      same(without(await chat.stats.thread(ada, id)), without(stats), `thread ${id}`)
      same(stats.messageCount, (await chat.threads.get(ada, id)).messageCount, `thread ${id}: the count it shows`)
    }
  }),
]

function without(stats: Awaited<ReturnType<Stats['thread']>>): object {
  const { asOf, ...rest } = stats
  return rest
}
