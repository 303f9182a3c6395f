import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Message, MessageFilter, MessagePageRequest } from '../../domain/messages/messages.types.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import {
  ada,
  admin,
  bob,
  codeOf,
  cyd,
  eventually,
  inTime,
  say,
  sayMany,
  second,
  stranger,
  texts,
  thread,
} from './people.ts'

/** Reading messages: pages, windows, filters, history, streams. */
export const readCases: readonly DomainCase[] = [
  domainCase('pages of any size meet every message once, in order, either way', async ({ chat }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 23)
    const expected = Array.from({ length: 23 }, (_, n) => String(n + 1))
    for (const size of [1, 2, 5, 22, 23, 24, 100]) {
      same(await walk(chat, id, size, 'forward'), expected, `${size} at a time, forward`)
      same(await walk(chat, id, size, 'backward'), expected, `${size} at a time, backward`)
    }
    same(texts((await chat.messages.page(ada, id)).items), expected, 'the default page starts at the beginning')
    same((await chat.messages.page(ada, (await thread(chat)).id)).items, [], 'an empty thread')
    const page = await chat.messages.page(ada, id, { first: 3 })
    await rejects(async () => page.cursor(3), 'INVALID', 'no cursor for what is not on the page')
    const between = await chat.messages.page(ada, id, { first: 9, after: page.cursor(0), before: page.cursor(2) })
    same([texts(between.items), between.hasNext, between.hasPrevious], [['2'], false, true], 'between two cursors')
  }),
  domainCase(
    'page sizes out of range, both directions at once, and cursors that are not of this list are refused',
    async ({ chat }) => {
      const { id } = await thread(chat)
      await sayMany(chat, ada, id, 5)
      const other = await thread(chat)
      await sayMany(chat, ada, other.id, 5)
      for (const request of [
        { first: 0 },
        { first: -1 },
        { first: 101 },
        { last: 0 },
        { last: 2.5 },
        { first: Number.NaN },
        { first: '5' },
      ])
        same(
          await codeOf(() => chat.messages.page(ada, id, request as never)),
          'INVALID_LIMIT',
          JSON.stringify(request),
        )
      same(await codeOf(() => chat.messages.page(ada, id, { first: 1, last: 1 })), 'INVALID', 'first and last')
      for (const at of [Number.NaN, '2026', null, Number.POSITIVE_INFINITY])
        same(await codeOf(() => chat.messages.page(ada, id, { at: at as number })), 'INVALID', `at ${at}`)
      const cursor = (await chat.messages.page(ada, id)).cursor(2)
      const foreign = (await chat.messages.page(ada, other.id)).cursor(2)
      const filtered = (await chat.messages.page(ada, id, { filter: { roles: ['user'] } })).cursor(2)
      const forged = [
        foreign,
        filtered,
        `${cursor}x`,
        cursor.slice(1),
        `${cursor.startsWith('x') ? 'y' : 'x'}${cursor.slice(1)}`,
        '',
        'x',
        'x'.repeat(20_000),
        btoa('[1]'),
        5,
        {},
      ]
      for (const bad of forged) {
        same(
          await codeOf(() => chat.messages.page(ada, id, { after: bad as string })),
          'INVALID_CURSOR',
          `after ${String(bad).slice(0, 30)}`,
        )
        same(
          await codeOf(() => chat.messages.page(ada, id, { last: 2, before: bad as string })),
          'INVALID_CURSOR',
          'before',
        )
      }
      for (const [filter, code] of [
        [{ roles: 'user' }, 'INVALID'],
        [{ authorIds: 'ada' }, 'INVALID'],
        [{ authorIds: [''] }, 'INVALID_ID'],
        [{ from: 'today' }, 'INVALID'],
        [{ metadata: 5 }, 'INVALID'],
      ] as [MessageFilter, string][])
        same(await codeOf(() => chat.messages.page(ada, id, { filter })), code, JSON.stringify(filter))
      for (const count of [0, 101, 1.5])
        await rejects(() => chat.messages.newest(ada, id, count), 'INVALID_LIMIT', `newest ${count}`)
    },
  ),
  domainCase(
    'a cursor survives inserts, edits, deletes of its message, and other processes',
    async ({ chat, open }) => {
      const { id } = await thread(chat)
      await sayMany(chat, ada, id, 10)
      const page = await chat.messages.page(ada, id, { first: 5 })
      const cursor = page.cursor(4)
      await chat.messages.edit(ada, id, page.items[3]!.id, { content: '4 edited' })
      await chat.messages.delete(ada, id, page.items[4]!.id, { mode: 'hard' })
      await chat.messages.delete(ada, id, (await chat.messages.newest(ada, id, 5))[0]!.id)
      await sayMany(chat, ada, id, 2, 11)
      const other = open()
      same(
        texts((await other.messages.page(ada, id, { first: 9, after: cursor })).items),
        ['7', '8', '9', '10', '11', '12'],
        'after',
      )
      same(texts((await other.messages.page(ada, id, { last: 2, before: cursor })).items), ['3', '4 edited'], 'before')
      const after = await other.messages.page(ada, id, { first: 1, after: cursor })
      same([after.hasPrevious, after.hasNext], [true, true], 'and both sides are known')
    },
  ),
  domainCase('around a message: half before it, half after it, also when it is deleted', async ({ chat }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 20)
    const all = (await chat.messages.page(ada, id)).items
    const around = async (n: number, first: number) => {
      const page = await chat.messages.page(ada, id, { around: all[n - 1]!.id, first })
      return [texts(page.items).map(Number), page.hasPrevious, page.hasNext]
    }
    same(await around(10, 5), [[8, 9, 10, 11, 12], true, true], 'in the middle')
    same(await around(10, 1), [[10], true, true], 'just itself')
    same(await around(1, 5), [[1, 2, 3], false, true], 'at the start')
    same(await around(20, 5), [[18, 19, 20], true, false], 'at the end')
    await chat.messages.delete(ada, id, all[9]!.id)
    same((await around(10, 4))[0], [8, 9, 11, 12], 'deleted, it is still a place')
    const page = await chat.messages.page(ada, id, { around: all[9]!.id, first: 4 })
    same(
      texts((await chat.messages.page(ada, id, { first: 2, after: page.cursor(3) })).items),
      ['13', '14'],
      'and goes on',
    )
    await rejects(() => chat.messages.page(ada, id, { around: 'none' }), 'NOT_FOUND', 'unknown')
  }),
  domainCase('at a moment: the first message from then on', async ({ chat, clock }) => {
    const { id } = await thread(chat)
    const moments: number[] = []
    for (let n = 1; n <= 9; n++) {
      clock.advance(n % 3 === 0 ? 0 : second)
      moments.push(clock.now())
      await say(chat, ada, id, `${n}`)
    }
    const at = async (moment: number) => {
      const page = await chat.messages.page(ada, id, { at: moment, first: 2 })
      return [texts(page.items), page.hasPrevious, page.hasNext]
    }
    same(await at(moments[0]! - 1), [['1', '2'], false, true], 'before all')
    same(await at(moments[1]!), [['2', '3'], true, true], 'several share a moment: the first of them')
    same(await at(moments[1]! + 1), [['4', '5'], true, true], 'between')
    same(await at(clock.now() + 1), [[], true, false], 'after all')
    same(
      texts((await chat.messages.page(ada, id, { at: moments[3]!, filter: { authorIds: ['bob'] } })).items),
      [],
      'with a filter',
    )
  }),
  domainCase('filters narrow everywhere in the same way', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
    const file = await chat.attachments.create(ada, { name: 'f', mimeType: 'text/plain', external: true })
    const start = clock.now()
    await say(chat, ada, id, '1', { metadata: { tag: 'a', deep: { x: [1] } } })
    clock.advance(second)
    await say(chat, bob, id, '2', { role: 'assistant', metadata: { tag: 'b' } })
    clock.advance(second)
    await say(chat, ada, id, '3', { attachments: [file.id] })
    const gone = await say(chat, bob, id, '4', { metadata: { tag: 'a' } })
    await chat.messages.append(bob, id, { kind: 'task', role: 'assistant', data: { task: {} } })
    await chat.messages.delete(bob, id, gone.id)
    for (let n = 0; n < 210; n++) if (n % 100 === 0) await sayMany(chat, ada, id, 100, 1_000)
    const cases: [MessageFilter, unknown[]][] = [
      [{ roles: ['assistant'] }, ['2', undefined]],
      [{ roles: ['assistant'], kinds: ['message'] }, ['2']],
      [{ kinds: ['task'] }, [undefined]],
      [{ authorIds: ['bob'] }, ['2', undefined]],
      [{ authorIds: ['bob'], includeDeleted: true }, ['2', undefined, undefined]],
      [{ metadata: { tag: 'a' } }, ['1']],
      [{ metadata: { tag: 'a' }, includeDeleted: true }, ['1']],
      [{ metadata: { deep: { x: [1] } } }, ['1']],
      [{ hasAttachment: true }, ['3']],
      [{ from: start + second, to: start + 2 * second }, ['2']],
      [{ to: start }, []],
      [{ roles: [] }, []],
      [{ from: start, to: start + 1, hasAttachment: false, roles: ['user'] }, ['1']],
    ]
    for (const [filter, expected] of cases) {
      const claim = JSON.stringify(filter)
      same(texts((await chat.messages.page(ada, id, { filter, first: 100 })).items), expected, `page ${claim}`)
      same(texts(await chat.messages.newest(ada, id, 100, filter)), expected, `newest ${claim}`)
      same(
        texts((await Array.fromAsync(chat.messages.stream(ada, id, { filter, batchSize: 3 }))).flat()),
        expected,
        `stream ${claim}`,
      )
    }
    const filter = { roles: ['assistant' as const] }
    const one = await chat.messages.page(ada, id, { filter, first: 1 })
    const two = await chat.messages.page(ada, id, { filter, first: 1, after: one.cursor(0) })
    same([texts(one.items), one.hasNext, texts(two.items), two.hasNext], [['2'], true, [undefined], false], 'paged')
    const deleted = (await chat.messages.page(ada, id, { filter: { includeDeleted: true, authorIds: ['bob'] } }))
      .items[1]!
    const { content, ...shown } = deleted
    same(
      [content ?? null, shown.metadata, shown.attachments, shown.deletedBy],
      [null, {}, [], 'bob'],
      'a deleted one shows nothing it said',
    )
  }),
  domainCase('the newest, the last of each thread, and many by their numbers', async ({ chat }) => {
    const a = await thread(chat, { id: 'a' })
    const b = await thread(chat, { id: 'b' })
    await thread(chat, { id: 'empty' })
    await chat.threads.create(bob, { id: 'foreign' })
    await sayMany(chat, ada, a.id, 5)
    await sayMany(chat, ada, b.id, 3)
    await chat.messages.delete(ada, b.id, (await chat.messages.newest(ada, b.id, 1))[0]!.id)
    await chat.messages.append(admin, b.id, { kind: 'hidden_context', role: 'system', data: {} })
    same(texts(await chat.messages.newest(ada, a.id, 3)), ['3', '4', '5'], 'newest: oldest first')
    const last = await chat.messages.last(ada, ['foreign', 'b', 'empty', 'a', 'missing', 'a'])
    same(texts(last), [undefined, '2', undefined, '5', undefined, '5'], 'last: what can be read')
    const many = await chat.messages.getMany(ada, [
      { threadId: 'b', seq: 3 },
      { threadId: 'a', seq: 2 },
      { threadId: 'foreign', seq: 1 },
      { threadId: 'a', seq: 99 },
      { threadId: 'b', seq: 4 },
    ])
    same(
      many.map((message) => message && [message.threadId, message.seq]),
      [['b', 3], ['a', 2], undefined, undefined, undefined],
      'getMany',
    )
    const refs = Array.from({ length: 1_001 }, () => ({ threadId: 'a', seq: 1 }))
    await rejects(() => chat.messages.getMany(ada, refs), 'INVALID_LIMIT', 'too many')
    await rejects(
      () =>
        chat.messages.last(
          ada,
          refs.map(({ threadId }) => threadId),
        ),
      'INVALID_LIMIT',
      'too many threads',
    )
  }),
  domainCase('history runs across all of an actor’s threads: the newest, oldest first', async ({ chat, clock }) => {
    const direct = await chat.threads.direct(ada, 'bob')
    const group = await thread(chat, { members: [{ userId: 'bob' }, { userId: 'cyd' }] })
    await chat.threads.create(cyd, { id: 'foreign' })
    const moments: number[] = []
    const script = [
      [ada, direct.id, 'd1'],
      [bob, group.id, 'g1'],
      [bob, direct.id, 'd2'],
      [cyd, 'foreign', 'f1'],
      [cyd, group.id, 'g2'],
      [bob, direct.id, 'd3'],
    ] as const
    for (const [actor, id, text] of script) {
      clock.advance(second)
      moments.push(clock.now())
      await say(chat, actor, id, text)
    }
    same(texts(await chat.messages.history(ada)), ['d1', 'g1', 'd2', 'g2', 'd3'], 'all')
    same(texts(await chat.messages.history(ada, { limit: 2 })), ['g2', 'd3'], 'limit')
    same(
      texts(await chat.messages.history(ada, { withUser: 'bob' })),
      ['d1', 'd2', 'd3'],
      'with somebody: the direct thread, both sides',
    )
    same(texts(await chat.messages.history(ada, { senderId: 'bob' })), ['g1', 'd2', 'd3'], 'by somebody: anywhere')
    same(texts(await chat.messages.history(ada, { since: moments[2]! })), ['d2', 'g2', 'd3'], 'since, inclusive')
    same(
      texts(await chat.messages.history(ada, { withUser: 'bob', senderId: 'ada', since: moments[0]!, limit: 1 })),
      ['d1'],
      'all at once',
    )
    same(await chat.messages.history(ada, { withUser: 'cyd' }), [], 'nobody: nothing')
    same(await chat.messages.history(stranger), [], 'a stranger')
    await chat.threads.archive(ada, direct.id)
    same((await chat.messages.history(ada)).length, 5, 'archived threads count')
    for (const [query, code] of [
      [{ limit: 0 }, 'INVALID_LIMIT'],
      [{ limit: 101 }, 'INVALID_LIMIT'],
      [{ since: Number.NaN }, 'INVALID'],
      [{ senderId: '' }, 'INVALID_ID'],
      [{ withUser: '' }, 'INVALID_ID'],
    ] as [object, string][])
      same(await codeOf(() => chat.messages.history(ada, query)), code, JSON.stringify(query))
  }),
  domainCase('a stream hands out batches as they are asked for, from any place', async ({ chat }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 25)
    const batches = await Array.fromAsync(chat.messages.stream(ada, id, { batchSize: 10 }))
    same(
      batches.map((batch) => batch.length),
      [10, 10, 5],
      'batches',
    )
    same(
      texts(batches.flat()),
      Array.from({ length: 25 }, (_, n) => String(n + 1)),
      'everything in order',
    )
    same(
      texts((await Array.fromAsync(chat.messages.stream(ada, id, { afterSeq: 22 }))).flat()),
      ['23', '24', '25'],
      'after a number',
    )
    same(await Array.fromAsync(chat.messages.stream(ada, id, { afterSeq: 25 })), [], 'at the end')
    const slow = chat.messages.stream(ada, id, { batchSize: 10 })[Symbol.asyncIterator]()
    await slow.next()
    await sayMany(chat, ada, id, 1, 26)
    same((await slow.next()).value?.length, 10, 'a slow reader')
    same(texts((await slow.next()).value), ['21', '22', '23', '24', '25', '26'], 'gets what came meanwhile')
    for (const [options, code] of [
      [{ batchSize: 0 }, 'INVALID_LIMIT'],
      [{ afterSeq: -1 }, 'INVALID'],
      [{ afterSeq: 1.5 }, 'INVALID'],
      [{ signal: AbortSignal.abort() }, 'ABORTED'],
    ] as [object, string][])
      same(await codeOf(() => Array.fromAsync(chat.messages.stream(ada, id, options))), code, JSON.stringify(options))
    await rejects(() => Array.fromAsync(chat.messages.stream(stranger, id)), 'NOT_FOUND', 'a stranger')
  }),
  domainCase(
    'a live stream goes on with what comes, also from other processes, until it is stopped or may not',
    async ({ chat, open }) => {
      const other = open()
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      await sayMany(chat, ada, id, 2)
      const controller = new AbortController()
      const live = chat.messages.stream(bob, id, { live: true, signal: controller.signal })[Symbol.asyncIterator]()
      same(texts((await live.next()).value), ['1', '2'], 'what is there')
      const next = live.next()
      await say(chat, ada, id, '3')
      same(texts((await inTime(next, 'own process')).value), ['3'], 'what comes')
      await say(other, ada, id, '4')
      await say(chat, ada, id, '5')
      same(texts((await inTime(live.next(), 'both')).value), ['4', '5'], 'from anywhere')
      const waiting = live.next()
      controller.abort()
      await rejects(() => inTime(waiting, 'abort'), 'ABORTED', 'stopped')
      const second_ = chat.messages.stream(bob, id, { live: true, afterSeq: 5 })[Symbol.asyncIterator]()
      const blocked = rejects(() => inTime(second_.next(), 'removal'), 'NOT_FOUND', 'who is removed')
      await eventually(async () => true, 'a turn')
      await chat.threads.removeMember(ada, id, 'bob')
      await blocked
      const third = chat.messages.stream(ada, id, { live: true, afterSeq: 5 })[Symbol.asyncIterator]()
      const last = third.next()
      await new Promise((resolve) => setTimeout(resolve, 20))
      await chat.close()
      same((await inTime(last, 'close')).done, true, 'closing ends it')
      await rejects(
        () => Array.fromAsync(chat.messages.stream(ada, id, { live: true })),
        'CLOSED',
        'none begins after it',
      )
    },
    { sound: false },
  ),
]

async function walk(
  chat: Threadkeep,
  threadId: string,
  size: number,
  direction: 'forward' | 'backward',
): Promise<unknown[]> {
  const found: Message[] = []
  let cursor: string | undefined
  for (;;) {
    const request: MessagePageRequest =
      direction === 'forward'
        ? { first: size, ...(cursor !== undefined && { after: cursor }) }
        : { last: size, ...(cursor !== undefined && { before: cursor }) }
    const page = await chat.messages.page(ada, threadId, request)
    const [behind, ahead] =
      direction === 'forward' ? [page.hasPrevious, page.hasNext] : [page.hasNext, page.hasPrevious]
    same(behind, cursor !== undefined, 'what lies behind is known')
    ok(page.items.length <= size, 'no more than asked for')
    if (direction === 'forward') found.push(...page.items)
    else found.unshift(...page.items)
    if (!ahead) return texts(found)
    cursor = page.cursor(direction === 'forward' ? page.items.length - 1 : 0)
  }
}
