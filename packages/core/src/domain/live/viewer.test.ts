import { expect, test } from 'vitest'
import { eventually } from '../../conformance/domain/people.ts'
import { localLiveBus } from '../../local/local-live-bus.ts'
import { memoryStore } from '../../memory/memory-store.ts'
import type { LiveBus } from '../../ports/live-bus.ts'
import { createThreadkeep } from '../create-threadkeep.ts'
import type { LiveItem } from './live.types.ts'
import { streamTopic, viewerTopic } from './topics.ts'

const ada = { userId: 'ada' }
const guests = Array.from({ length: 40 }, (_, n) => ({ userId: `g${n}` }))

/** A bus that counts who listens, and can be made deaf, or change its health. */
function countingBus() {
  const inner = localLiveBus()
  const health = new Set<(healthy: boolean) => void>()
  const state = { listening: 0, deaf: false, healthy: true }
  const counted = (stop: () => void): (() => void) => {
    state.listening++
    let stopped = false
    return () => {
      if (!stopped) state.listening--
      stopped = true
      stop()
    }
  }
  const bus: LiveBus = {
    name: 'counting',
    get healthy() {
      return state.healthy
    },
    onHealth(listener) {
      health.add(listener)
      return counted(() => health.delete(listener))
    },
    publish(topic, hint) {
      if (!state.deaf) inner.publish(topic, hint)
    },
    subscribe: async (topic, listener) => counted(await inner.subscribe(topic, listener)),
    close: inner.close,
    [Symbol.asyncDispose]: inner.close,
  }
  const tellHealth = (healthy: boolean) => {
    state.healthy = healthy
    for (const listener of health) listener(healthy)
  }
  return { bus, state, tellHealth }
}

function fresh() {
  const { bus, state, tellHealth } = countingBus()
  const errors: unknown[] = []
  const hooks = { onError: (error: unknown) => void errors.push(error) }
  const chat = createThreadkeep({ store: memoryStore(), live: bus, hooks })
  return { chat, bus, state, tellHealth, errors }
}

const say = async (chat: ReturnType<typeof fresh>['chat'], threadId: string, content: string) =>
  (await chat.messages.append(ada, threadId, { content })).message

const text = (result: IteratorResult<LiveItem>): unknown =>
  result.value?.type === 'event' ? result.value.message?.content : result.value?.type

test('a subscription given up at any moment ends, and leaves nobody listening', async () => {
  const { chat, state, errors } = fresh()
  const { id } = await chat.threads.create(ada, { members: guests })
  for (let turns = 0; turns < 60; turns++) {
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const ends = [chat.live.viewer(ada, options).next(), chat.live.thread(ada, id, options).next()]
    for (let turn = 0; turn < turns; turn++) await undefined
    controller.abort()
    for (const end of ends) expect(await end).toEqual({ done: true, value: undefined })
    await eventually(() => state.listening === 0, `given up after ${turns} turns, nobody listens`)
  }
  expect(errors).toEqual([])
  await chat.close()
})

test('a viewer given up before it began never begins', async () => {
  const { chat, state } = fresh()
  const result = await chat.live.viewer(ada, { signal: AbortSignal.abort() }).next()
  expect([result.done, state.listening]).toEqual([true, 0])
  await chat.close()
})

test('hints that are doubled, old or not understood change nothing', async () => {
  const { chat, bus } = fresh()
  const { id } = await chat.threads.create(ada)
  const big = await chat.threads.create(ada, { members: guests })
  const [live, viewer] = [chat.live.thread(ada, id, { tellStart: true }), chat.live.viewer(ada, { tellStart: true })]
  expect([text(await live.next()), text(await viewer.next())]).toEqual(['start', 'start'])
  for (const hint of [{ eventSeq: 1 }, { eventSeq: 1 }, { fromTheFuture: true }, {}]) {
    bus.publish(streamTopic(id), hint)
    bus.publish(streamTopic(big.id), hint)
    bus.publish(viewerTopic('ada'), hint)
  }
  bus.publish(viewerTopic('ada'), { threadId: 'nowhere' })
  await say(chat, id, 'one')
  expect([text(await live.next()), text(await viewer.next())]).toEqual(['one', 'one'])
  await say(chat, big.id, 'two')
  expect(text(await viewer.next())).toBe('two')
  await chat.close()
})

test('a viewer looks at its threads again when the bus changes its health: what no hint told is found, once', async () => {
  const { chat, state, tellHealth } = fresh()
  const { id } = await chat.threads.create(ada)
  const big = await chat.threads.create(ada, { members: guests })
  const viewer = chat.live.viewer(ada, { tellStart: true })
  await viewer.next()
  const { listening } = state
  state.deaf = true
  await say(chat, id, 'one')
  tellHealth(false)
  expect(text(await viewer.next())).toBe('one')
  tellHealth(true)
  await say(chat, big.id, 'two')
  tellHealth(true)
  expect(text(await viewer.next())).toBe('two')
  expect(state.listening, 'a big room is followed once').toBe(listening)
  state.deaf = false
  await say(chat, id, 'three')
  expect(text(await viewer.next())).toBe('three')
  await chat.close()
})

test('a viewer that began while hints did not flow polls once more when they flow again', async () => {
  const { chat, state } = fresh()
  const { id } = await chat.threads.create(ada)
  state.deaf = true
  state.healthy = false
  const viewer = chat.live.viewer(ada, { tellStart: true })
  await viewer.next()
  await say(chat, id, 'one')
  // Back, but nobody is told of it.
  state.healthy = true
  expect(text(await viewer.next())).toBe('one')
  await chat.close()
})

test('a viewer of no thread, and one of many, hears of each that comes', async () => {
  const { chat } = fresh()
  const none = chat.live.viewer({ userId: 'bob' }, { tellStart: true })
  expect(text(await none.next())).toBe('start')
  const ids = []
  for (let n = 0; n < 200; n++) ids.push((await chat.threads.create(ada)).id)
  const many = chat.live.viewer(ada, { tellStart: true })
  expect(text(await many.next())).toBe('start')
  for (const id of [ids[0]!, ids[199]!]) {
    await say(chat, id, id)
    expect(text(await many.next())).toBe(id)
  }
  await chat.threads.create(ada, { members: [{ userId: 'bob' }] })
  expect(text(await none.next())).toBeUndefined()
  await chat.close()
})
