import type { LiveItem } from '../../domain/live/live.types.ts'
import type { LiveBus } from '../../ports/live-bus.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, bob, cyd, day, inTime, say, sayMany, second, stranger, take, thread } from './people.ts'

/** Live updates: of one thread, and of all of an actor's. */
export const liveCases: readonly DomainCase[] = [
  domainCase(
    'a subscriber receives what comes from now on, in order, with the messages',
    async ({ chat, open, settled }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      await say(chat, ada, id, 'before')
      const live = chat.live.thread(bob, id)
      await settled()
      const message = await say(chat, ada, id, 'one')
      await chat.messages.edit(ada, id, message.id, { content: 'two' })
      await chat.messages.delete(ada, id, message.id)
      await chat.threads.update(ada, id, { title: 'x' })
      const items = await take(live, 4)
      same(
        items.map(told),
        ['message.created 5', 'message.edited 6', 'message.deleted 7', 'thread.updated 8'],
        'in order',
      )
      const other = open()
      await say(other, ada, id, 'from another process')
      const cursor = items[3]!.cursor
      const [resumed] = await take(other.live.thread(bob, id, { after: cursor }), 1)
      same(resumed?.type === 'event' && resumed.message?.content, 'from another process', 'with the message')
      await live.return?.()
      same(await live.next(), { done: true, value: undefined }, 'left')
    },
  ),
  domainCase(
    'a subscriber resumes right after any item, without gap or duplicate, also behind many',
    async ({ chat, open }) => {
      const { id } = await thread(chat)
      await sayMany(chat, ada, id, 250)
      const start = await chat.live.cursorAt(id, 2)
      const all = await take(chat.live.thread(ada, id, { after: start }), 250)
      same(
        all.map(told),
        Array.from({ length: 250 }, (_, n) => `message.created ${n + 3}`),
        'from the beginning',
      )
      for (const n of [0, 1, 99, 100, 248]) {
        const [next] = await take(open().live.thread(ada, id, { after: all[n]!.cursor }), 1)
        same(told(next!), `message.created ${n + 4}`, `after item ${n}`)
      }
      const { eventSeq } = await chat.messages.append(ada, id, { content: 'x' })
      const live = chat.live.thread(ada, id, { after: await chat.live.cursorAt(id, eventSeq) })
      const next = take(live, 1)
      await say(chat, ada, id, 'y')
      same(told((await next)[0]!), `message.created ${eventSeq + 1}`, 'after one’s own append')
      const other = await thread(chat)
      for (const after of [await chat.live.cursorAt(other.id, 1), 'x', '', (await chat.threads.list(ada)).cursor(0)])
        await rejects(() => chat.live.thread(ada, id, { after }).next(), 'INVALID_CURSOR', 'a cursor of another list')
    },
  ),
  domainCase('whoever asks is told where a subscription starts, and resumes there', async ({ chat, open, settled }) => {
    const { id } = await thread(chat, { id: 'old', members: [{ userId: 'bob' }] })
    await say(chat, ada, id, 'before')
    const lives = [chat.live.thread(bob, id, { tellStart: true }), chat.live.viewer(bob, { tellStart: true })]
    const starts = (await Promise.all(lives.map((live) => take(live, 1)))).flat()
    same(
      starts.map(({ type }) => type),
      ['start', 'start'],
      'at once, before anything happens',
    )
    await Promise.all(lives.map((live) => live.return?.()))
    await say(open(), ada, id, 'one')
    const { id: young } = await chat.threads.create(cyd, { id: 'young', members: [{ userId: 'bob' }] })
    await say(chat, cyd, young, 'two')
    const [one, all] = starts.map(({ cursor }) => ({ after: cursor, tellStart: true }))
    same((await take(chat.live.thread(bob, id, one), 1)).map(told), ['message.created 5'], 'what came since, alone')
    same(
      perThread(await take(open().live.viewer(bob, all), 4)),
      { old: ['message.created 5'], young: ['member.added 2', 'member.added 3', 'message.created 4'] },
      'of all threads',
    )
    const silent = chat.live.viewer(bob)
    await settled()
    await say(chat, ada, id, 'three')
    same((await take(silent, 1)).map(key), ['old 6'], 'whoever does not ask is not told')
  }),
  domainCase(
    'those who come, leave and come again while others write receive each event once',
    async ({ chat, open, settled }) => {
      const other = open()
      const { id } = await thread(chat)
      const writing = (async () => {
        for (let n = 0; n < 60; n++) {
          await say(n % 2 ? chat : other, ada, id, `${n}`)
          if (n % 7 === 0) await settled()
        }
      })()
      const read = async (through: typeof chat, sizes: readonly number[]): Promise<string[]> => {
        const seen: string[] = []
        let after = await through.live.cursorAt(id, 2)
        for (let turn = 0; seen.length < 60; turn++) {
          const live = through.live.thread(ada, id, { after })
          const items = await take(live, Math.min(sizes[turn % sizes.length]!, 60 - seen.length))
          await live.return?.()
          seen.push(...items.map(told))
          after = items[items.length - 1]!.cursor
        }
        return seen
      }
      const expected = Array.from({ length: 60 }, (_, n) => `message.created ${n + 3}`)
      const seen = await Promise.all([read(chat, [1, 5, 2]), read(other, [60]), read(chat, [3]), read(other, [1])])
      await writing
      for (const one of seen) same(one, expected, 'each once, in order')
    },
  ),
  domainCase('what is no longer kept is told as a gap, from which one goes on', async ({ chat, clock }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 3)
    const old = await chat.live.cursorAt(id, 3)
    clock.advance(8 * day)
    const [gap] = await take(chat.live.thread(ada, id, { after: old }), 1)
    same([gap?.type, gap?.type === 'gap' && gap.threadId], ['gap', id], 'a gap')
    await say(chat, ada, id, 'new')
    same(
      told((await take(chat.live.thread(ada, id, { after: gap!.cursor }), 1))[0]!),
      'message.created 6',
      'and what follows',
    )
    const items = await take(chat.live.thread(ada, id, { after: old }), 2)
    same(
      items.map(({ type }) => type),
      ['gap', 'event'],
      'part of it is kept',
    )
    same(told(items[1]!), 'message.created 6', 'the part that is')
    const [first] = await take(chat.live.thread(ada, id, { after: await chat.live.cursorAt(id, 99) }), 1)
    same(first?.type, 'gap', 'a place that never was')
  }),
  domainCase('a subscription ends when its thread is lost, given up or closed', async ({ chat, open, settled }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }, { userId: 'cyd' }] })
    const live = chat.live.thread(bob, id)
    const watching = chat.live.thread(cyd, id)
    await settled()
    await chat.threads.removeMember(ada, id, 'bob')
    await say(chat, ada, id, 'not for bob')
    same(told((await take(live, 1))[0]!), 'member.removed 5', 'told that he was removed')
    same(await inTime(live.next(), 'end'), { done: true, value: undefined }, 'and nothing more')
    same((await take(watching, 2)).map(told), ['member.removed 5', 'message.created 6'], 'the others go on')
    await rejects(() => chat.live.thread(bob, id).next(), 'NOT_FOUND', 'he cannot come back')
    await rejects(() => chat.live.thread(stranger, id).next(), 'NOT_FOUND', 'nor a stranger')
    await chat.threads.delete(ada, id)
    same(told((await take(watching, 1))[0]!), 'thread.deleted 7', 'a deleted thread')
    same((await inTime(watching.next(), 'end')).done, true, 'ends it')
    const { id: next } = await thread(chat)
    const controller = new AbortController()
    const waiting = chat.live.thread(ada, next, { signal: controller.signal }).next()
    await settled()
    controller.abort()
    same((await inTime(waiting, 'abort')).done, true, 'given up')
    same((await chat.live.thread(ada, next, { signal: AbortSignal.abort() }).next()).done, true, 'before it began')
    const other = open()
    const closing = [other.live.thread(ada, next).next(), other.live.viewer(ada).next()]
    await settled()
    await other.close()
    for (const one of closing) same((await inTime(one, 'close')).done, true, 'closed')
    await rejects(() => other.live.thread(ada, next).next(), 'CLOSED', 'nothing begins after it')
    await rejects(() => other.live.viewer(ada).next(), 'CLOSED', 'nothing begins after it')
  }),
  domainCase(
    'a consumer that is too slow is told so, keeps what it has, and resumes where it was',
    async ({ chat, settled }) => {
      const { id } = await thread(chat)
      const live = chat.live.thread(ada, id, { maxBuffered: 3 })
      await settled()
      await sayMany(chat, ada, id, 10)
      await settled()
      const items = await take(live, 3)
      same(items.map(told), ['message.created 3', 'message.created 4', 'message.created 5'], 'what was held')
      await rejects(() => inTime(live.next(), 'end'), 'SLOW_CONSUMER', 'told')
      same((await live.next()).done, true, 'once')
      const rest = await take(chat.live.thread(ada, id, { after: items[2]!.cursor }), 7)
      same(told(rest[0]!), 'message.created 6', 'and the rest is there')
      const viewer = chat.live.viewer(ada, { maxBuffered: 2 })
      await settled()
      await sayMany(chat, ada, id, 5)
      await settled()
      const seen = await take(viewer, 2)
      await rejects(() => inTime(viewer.next(), 'end'), 'SLOW_CONSUMER', 'a viewer, too')
      same(
        (await take(chat.live.viewer(ada, { after: seen[1]!.cursor }), 3)).map(told),
        ['message.created 15', 'message.created 16', 'message.created 17'],
        'and resumes',
      )
    },
  ),
  domainCase('hidden items are told only to those who may see them', async ({ chat, settled }) => {
    const { id } = await thread(chat)
    const seer = { userId: 'ada', scopes: ['items:hidden' as const] }
    const [plain, privileged, viewer] = [chat.live.thread(ada, id), chat.live.thread(seer, id), chat.live.viewer(ada)]
    await settled()
    await chat.messages.append(ada, id, { kind: 'hidden_context', role: 'system', data: {} })
    await say(chat, ada, id, 'x')
    same((await take(privileged, 2)).map(told), ['message.created 3', 'message.created 4'], 'both')
    same((await take(plain, 1)).map(told), ['message.created 4'], 'one')
    same((await take(viewer, 1)).map(told), ['message.created 4'], 'one')
  }),
  domainCase('typing and markers are hints to the others, private ones to nobody', async ({ chat, clock, settled }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    await sayMany(chat, ada, id, 3)
    const live = chat.live.thread(ada, id)
    await settled()
    await chat.messages.typing(bob, id)
    await chat.messages.typing(bob, id, false)
    await chat.messages.markRead(bob, id, { seq: 3 }, { private: true })
    await chat.messages.markDelivered(bob, id, 2)
    await chat.messages.markRead(bob, id, { seq: 1 })
    await chat.messages.markRead(bob, id, { seq: 1 })
    const items = await take(live, 4)
    same(
      items.map(({ cursor, ...item }) => item),
      [
        { type: 'typing', threadId: id, userId: 'bob', typing: true, at: clock.now() },
        { type: 'typing', threadId: id, userId: 'bob', typing: false, at: clock.now() },
        { type: 'receipt', threadId: id, userId: 'bob', readSeq: 0, deliveredSeq: 2 },
        { type: 'receipt', threadId: id, userId: 'bob', readSeq: 1, deliveredSeq: 2 },
      ],
      'hints',
    )
    await say(chat, ada, id, 'x')
    same(
      told((await take(chat.live.thread(ada, id, { after: items[0]!.cursor }), 1))[0]!),
      'message.created 7',
      'a hint’s cursor resumes, too',
    )
    await rejects(() => chat.messages.typing(stranger, id), 'NOT_FOUND', 'a stranger does not type')
  }),
  domainCase(
    'a viewer receives all of its threads, also those it joins later, and resumes across them',
    async ({ chat, clock, open, settled }) => {
      const other = open()
      const [a, b] = [
        await thread(chat, { id: 'a', members: [{ userId: 'bob' }] }),
        await chat.threads.create(cyd, { id: 'b' }),
      ]
      await say(chat, ada, a.id, 'before')
      const live = chat.live.viewer(bob)
      await settled()
      clock.advance(second)
      await say(chat, ada, a.id, 'one')
      await say(other, cyd, b.id, 'not yet bob’s')
      await other.threads.addMember(cyd, b.id, 'bob')
      await say(other, cyd, b.id, 'two')
      const direct = await chat.threads.direct(ada, 'bob')
      await say(chat, ada, direct.id, 'three')
      const items = await take(live, 6)
      same(
        perThread(items),
        {
          a: ['message.created 5'],
          b: ['member.added 4', 'message.created 5'],
          [direct.id]: ['member.added 2', 'member.added 3', 'message.created 4'],
        },
        'each thread in its order',
      )
      // Resuming from every item, whatever came after it comes again, once.
      const whole = items.map((item) => key(item))
      for (const [n, item] of items.entries()) {
        const again = await take(open().live.viewer(bob, { after: item.cursor }), items.length - n - 1)
        same(again.map(key).sort(), whole.slice(n + 1).sort(), `after item ${n}`)
      }
      clock.advance(5 * 60 * second)
      await say(chat, ada, a.id, 'much later')
      const late = await take(other.live.viewer(bob, { after: items[5]!.cursor }), 1)
      same(late.map(key), ['a 6'], 'a long time after')
      await chat.threads.removeMember(cyd, b.id, 'bob')
      await say(chat, cyd, b.id, 'no longer bob’s')
      await say(chat, ada, a.id, 'last')
      same((await take(live, 3)).map(key).sort(), ['a 6', 'a 7', 'b 6'], 'removed: told, and nothing more')
      for (const after of ['x', await chat.live.cursorAt('a', 1), (await chat.threads.list(bob)).cursor(0)])
        await rejects(() => chat.live.viewer(bob, { after }).next(), 'INVALID_CURSOR', 'a foreign cursor')
      await rejects(
        () => chat.live.viewer(ada, { after: items[0]!.cursor }).next(),
        'INVALID_CURSOR',
        'another’s cursor',
      )
      await live.return?.()
    },
  ),
  domainCase(
    'a viewer who was away finds everything, and knows where too much is gone',
    async ({ chat, clock, settled }) => {
      const ids = await Promise.all([0, 1, 2, 3].map(async (n) => (await thread(chat, { id: `t${n}` })).id))
      const live = chat.live.viewer(ada)
      await settled()
      await say(chat, ada, ids[0]!, 'seen')
      const [item] = await take(live, 1)
      await live.return?.()
      for (let n = 0; n < 40; n++) {
        clock.advance(30 * second)
        await say(chat, ada, ids[n % 3]!, `${n}`)
      }
      await thread(chat, { id: 'new' })
      const items = await take(chat.live.viewer(ada, { after: item!.cursor }), 41)
      same(new Set(items.map(key)).size, 41, 'each once')
      for (const [id, events] of Object.entries(perThread(items)))
        same(
          events.map((event) => Number(event.split(' ')[1])),
          events.map((_, n) => n + Number(events[0]!.split(' ')[1])),
          `${id}: in order`,
        )
      clock.advance(8 * day)
      await say(chat, ada, ids[1]!, 'after a week')
      const late = await take(chat.live.viewer(ada, { after: item!.cursor }), 1)
      ok(late[0]!.type === 'gap', 'a gap is told')
    },
  ),
  domainCase(
    'in big rooms viewers follow the room itself',
    async ({ chat, open, settled }) => {
      const other = open()
      const { id } = await thread(chat, {
        id: 'big',
        members: Array.from({ length: 40 }, (_, n) => ({ userId: `g${n}` })),
      })
      const viewers = ['g0', 'g39'].map((userId) => chat.live.viewer({ userId }))
      await settled()
      await say(chat, ada, id, 'x')
      await say(other, { userId: 'g7' }, id, 'y')
      for (const live of viewers) same((await take(live, 1)).map(key), ['big 43'], 'heard')
      await other.threads.addMember(ada, id, 'bob')
      const newcomer = chat.live.viewer(bob)
      await settled()
      await say(chat, ada, id, 'z')
      ok((await take(newcomer, 1)).map(key)[0]?.startsWith('big '), 'and who has just come')
    },
    { sound: false },
  ),
  domainCase('where hints do not flow, subscribers find what is new by themselves', async ({ open, chat, settled }) => {
    const silent = open({ live: deaf() })
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const [live, viewer] = [silent.live.thread(bob, id), silent.live.viewer(bob)]
    const stream = silent.messages.stream(bob, id, { live: true })[Symbol.asyncIterator]()
    const streamed = stream.next()
    await settled()
    const joined = await chat.threads.create(cyd, { members: [{ userId: 'bob' }] })
    await say(chat, ada, id, 'x')
    same(told((await take(live, 1))[0]!), 'message.created 4', 'a thread')
    const items = await take(viewer, 3)
    same(perThread(items)[joined.id], ['member.added 2', 'member.added 3'], 'a viewer: from where it joined')
    same((await inTime(streamed, 'stream')).value?.length, 1, 'a stream')
    await stream.return?.()
    await Promise.all([live.return?.(), viewer.return?.()])
  }),
]

/** A bus on which no hint flows. */
function deaf(): LiveBus {
  const close = async (): Promise<void> => {}
  return {
    name: 'deaf',
    healthy: false,
    onHealth: () => () => {},
    publish: () => {},
    subscribe: async () => () => {},
    close,
    [Symbol.asyncDispose]: close,
  }
}

function told(item: LiveItem): string {
  return item.type === 'event' ? `${item.event.type} ${item.event.eventSeq}` : item.type
}

function key(item: LiveItem): string {
  return item.type === 'event' ? `${item.event.threadId} ${item.event.eventSeq}` : item.type
}

function perThread(items: readonly LiveItem[]): Record<string, string[]> {
  const threads: Record<string, string[]> = {}
  for (const item of items) {
    if (item.type !== 'event') continue
    const id = item.event.threadId!
    threads[id] = [...(threads[id] ?? []), told(item)]
  }
  return threads
}
