import type { Change, Entry, JsonObject, LiveBus, Store } from '@threadkeep/core'
import { forward, manualClock, memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { withCache } from './with-cache.ts'

const a = { collection: 'c', key: 'a' }
const put = (n: number, at = a): Change => ({ type: 'put', at, value: { n } })
const read = async (store: Store, at = a) => ((await store.get([at])) as readonly (Entry | undefined)[])[0]?.value['n']
const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A network of processes: each has a bus of its own, whose link can be cut. */
function network() {
  const listeners = new Set<{ deliver: (topic: string, hint: JsonObject) => void }>()
  const sent: JsonObject[] = []
  const join = () => {
    let linked = true
    const topics = new Map<string, (hint: JsonObject) => void>()
    const health = new Set<(healthy: boolean) => void>()
    listeners.add({ deliver: (topic, hint) => linked && topics.get(topic)?.(hint) })
    const close = async () => {}
    const bus: LiveBus = {
      name: 'test',
      get healthy() {
        return linked
      },
      publish(topic, hint) {
        if (!linked) return
        sent.push(hint)
        for (const { deliver } of listeners) setImmediate(deliver, topic, JSON.parse(JSON.stringify(hint)))
      },
      async subscribe(topic, listener) {
        if (!linked) throw new Error('no link')
        topics.set(topic, listener)
        return () => topics.delete(topic)
      },
      onHealth(listener) {
        health.add(listener)
        return () => health.delete(listener)
      },
      close,
      [Symbol.asyncDispose]: close,
    }
    const link = (up: boolean) => {
      linked = up
      for (const listener of health) listener(up)
    }
    return { bus, link, subscriptions: () => topics.size, watchers: () => health.size }
  }
  return { join, sent }
}

async function setUp() {
  const clock = manualClock()
  const base = memoryStore({ clock })
  const { join, sent } = network()
  const asked: string[] = []
  const processes = ['first', 'second'].map((name) => {
    const own = join()
    const inner = forward(base, {
      get: (at) => {
        asked.push(name)
        return base.get(at)
      },
      close: async () => {},
    })
    return { ...own, store: withCache({ cache: memoryStore({ clock }), bus: own.bus, clock, ttl: 3600 })(inner) }
  })
  await turns()
  clock.advance(1)
  asked.length = 0
  return { clock, base, asked, sent, first: processes[0]!, second: processes[1]! }
}

test('a write in one process drops the copies of the others', async () => {
  const { first, second, asked } = await setUp()
  await first.store.commit([put(1)])
  await turns()
  expect([await read(first.store), await read(second.store), await read(second.store)]).toEqual([1, 1, 1])
  expect(asked).toEqual(['first', 'second'])
  await first.store.commit([put(2)])
  await turns()
  expect(await read(second.store)).toBe(2)
  await second.store.commit([{ type: 'delete', at: a }])
  await turns()
  expect(await read(first.store)).toBeUndefined()
})

test('hints carry addresses and no values, and many addresses travel in several', async () => {
  const { first, sent } = await setUp()
  await first.store.commit(Array.from({ length: 250 }, (_, n) => put(n, { collection: 'c', key: `k${n}` })))
  expect(sent.map((hint) => (hint['at'] as unknown[]).length)).toEqual([100, 100, 50])
  expect(JSON.stringify(sent)).not.toContain('"n"')
})

test('while hints cannot flow every read goes to the store; afterwards no older copy is believed', async () => {
  const { first, second, asked, clock } = await setUp()
  await first.store.commit([put(1)])
  await turns()
  await read(second.store)
  second.link(false)
  await first.store.commit([put(2)])
  await turns()
  clock.advance(1)
  expect([await read(second.store), await read(second.store)]).toEqual([2, 2])
  expect(asked).toEqual(['second', 'second', 'second'])
  clock.advance(1)
  second.link(true)
  await turns()
  clock.advance(1)
  expect([await read(second.store), await read(second.store)]).toEqual([2, 2])
  expect(asked).toHaveLength(4)
})

test('who could not tell the others makes up for it when the link is back', async () => {
  const { first, second, clock } = await setUp()
  await first.store.commit([put(1)])
  await turns()
  await read(second.store)
  first.link(false)
  await first.store.commit([put(2)])
  await turns()
  // The price of a cut link, bounded by its repair and by ttl.
  expect(await read(second.store)).toBe(1)
  clock.advance(1)
  first.link(true)
  await turns()
  expect(await read(second.store)).toBe(2)
})

test('a read under way when a hint or a gap comes is not kept, and nobody joins it', async () => {
  for (const disturb of ['hint', 'gap'] as const) {
    const clock = manualClock()
    const base = memoryStore({ clock })
    await base.commit([put(1)])
    const { join } = network()
    const here = join()
    const there = join()
    const held: (() => void)[] = []
    const inner = forward(base, {
      async get(at) {
        const answer = await base.get(at)
        await new Promise<void>((resolve) => held.push(resolve))
        return answer
      },
    })
    const store = withCache({ cache: memoryStore({ clock }), bus: here.bus, clock })(inner)
    await turns()
    clock.advance(1)
    const early = read(store)
    await turns()
    await base.commit([put(2)])
    if (disturb === 'hint') there.bus.publish('cache', { from: 'other', at: [['c', 'a']] })
    else {
      here.link(false)
      here.link(true)
    }
    await turns()
    clock.advance(1)
    const late = read(store)
    await turns()
    for (const go of held.splice(0)) go()
    expect([await early, await late]).toEqual([1, 2])
    await turns()
    expect(await read(store)).toBe(2)
  }
})

test('a copy that was on its way into a slow cache during a gap is not believed', async () => {
  const clock = manualClock()
  const base = memoryStore({ clock })
  await base.commit([put(1)])
  const { bus, link } = network().join()
  const cache = memoryStore({ clock })
  const held: (() => void)[] = []
  const slow = forward(cache, {
    async commit(changes) {
      await new Promise<void>((resolve) => held.push(resolve))
      return cache.commit(changes)
    },
  })
  const store = withCache({ cache: slow, bus, clock })(base)
  await turns()
  clock.advance(1)
  // The first copy is held up by the cache, so the second queues behind it.
  expect([await read(store), await read(store)]).toEqual([1, 1])
  link(false)
  await base.commit([put(2)])
  clock.advance(1)
  link(true)
  await turns()
  clock.advance(1)
  for (let i = 0; i < 2; i++) {
    for (const go of held.splice(0)) go()
    await turns()
  }
  expect(await read(store)).toBe(2)
})

test('hints that make no sense drop everything instead of nothing', async () => {
  const { first, second, base, clock } = await setUp()
  for (const hint of [{}, { at: 'all' }, { at: [['c']] }, { at: [[1, 2]] }, { at: ['ca'] }] as JsonObject[]) {
    await base.commit([put(1)])
    clock.advance(1)
    expect(await read(second.store)).toBe(1)
    await base.commit([put(2)])
    first.bus.publish('cache', hint)
    await turns()
    expect(await read(second.store)).toBe(2)
    clock.advance(1)
    first.bus.publish('cache', { at: 'all' })
    await turns()
  }
})

test('a bus that cannot be subscribed to yet is tried again when it recovers', async () => {
  const clock = manualClock()
  const base = memoryStore({ clock })
  const { bus, link, subscriptions } = network().join()
  link(false)
  const errors: unknown[] = []
  const store = withCache({ cache: memoryStore({ clock }), bus, clock, onError: (error) => errors.push(error) })(base)
  await turns()
  expect([subscriptions(), errors.length]).toEqual([0, 1])
  expect(await read(store)).toBeUndefined()
  link(true)
  await turns()
  expect(subscriptions()).toBe(1)
})

test('closing leaves the bus to its owner, without listeners', async () => {
  const { first } = await setUp()
  expect([first.subscriptions(), first.watchers()]).toEqual([1, 1])
  await first.store.close()
  expect([first.subscriptions(), first.watchers()]).toEqual([0, 0])
})

test('a cache that is closed while it is still joining the bus leaves it again', async () => {
  const { join } = network()
  const own = join()
  const joined = Promise.withResolvers<void>()
  const bus: LiveBus = {
    ...own.bus,
    healthy: true,
    subscribe: async (topic, listener) => {
      await joined.promise
      return own.bus.subscribe(topic, listener)
    },
  }
  const store = withCache({ cache: memoryStore(), bus })(memoryStore())
  await store.close()
  joined.resolve()
  await turns()
  expect([own.subscriptions(), own.watchers()]).toEqual([0, 0])
})
