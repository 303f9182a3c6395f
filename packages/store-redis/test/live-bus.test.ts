import type { JsonObject, LiveBus } from '@threadkeep/core'
import { canOwn, ownServer, service } from '@threadkeep/test-support/services'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisLiveBus } from '../src/index.ts'

const redis = await service('redis')

async function collect(bus: LiveBus, topic: string): Promise<JsonObject[]> {
  const heard: JsonObject[] = []
  await bus.subscribe(topic, (hint) => heard.push(hint))
  return heard
}

describe.skipIf(!redis.available)('a live bus on Redis', () => {
  test('carries hints between processes to those who asked for the topic, and to nobody else', async () => {
    const { url, name: namespace } = await redis.open()
    await using one = await redisLiveBus({ url, namespace })
    await using other = await redisLiveBus({ url, namespace })
    await using stranger = await redisLiveBus({ url, namespace: `${namespace}_` })
    const [here, there, elsewhere, foreign] = await Promise.all([
      collect(one, 'thread:1'),
      collect(other, 'thread:1'),
      collect(other, 'thread:2'),
      collect(stranger, 'thread:1'),
    ])
    one.publish('thread:1', { eventSeq: 1 })
    other.publish('thread:1', { eventSeq: 2 })
    await expect.poll(() => [here.length, there.length]).toEqual([2, 2])
    expect(there).toContainEqual({ eventSeq: 1 })
    expect([elsewhere, foreign]).toEqual([[], []])
  })

  test('stops when told to, also when one listener had subscribed twice', async () => {
    const { url, name: namespace } = await redis.open()
    await using bus = await redisLiveBus({ url, namespace })
    let count = 0
    const listener = () => count++
    const stops = await Promise.all([bus.subscribe('t', listener), bus.subscribe('t', listener)])
    bus.publish('t', {})
    await expect.poll(() => count).toBe(2)
    stops[0]!()
    stops[0]!()
    bus.publish('t', {})
    await expect.poll(() => count).toBe(3)
    stops[1]!()
    const again = await collect(bus, 't')
    bus.publish('t', {})
    await expect.poll(() => again.length).toBe(1)
    expect(count).toBe(3)
  })

  test('leaves a topic that nobody listens to any more', async () => {
    const { url, name: namespace } = await redis.open()
    await using bus = await redisLiveBus({ url, namespace })
    const client = await createClient({ url }).connect()
    const channel = `${namespace}:live:t`
    const listeners = async () => (await client.pubSubNumSub([channel]))[channel]
    const stop = await bus.subscribe('t', () => {})
    expect(await listeners()).toBe(1)
    stop()
    await expect.poll(listeners, { timeout: 10_000 }).toBe(0)
    client.destroy()
  })

  test('is healthy only with both connections: the one that publishes does not make up for the one that listens', async () => {
    const { url, name: namespace } = await redis.open()
    await using proxy = await tcpProxy(url)
    const client = await createClient({ url }).connect()
    client.on('error', () => {})
    const watch = await createClient({ url }).connect()
    watch.on('error', () => {})
    const listening = () => createClient({ url: proxy.through(url) })
    await using bus = await redisLiveBus({
      client: Object.assign(client, { duplicate: listening }) as never,
      namespace,
    })
    expect(bus.healthy).toBe(true)
    proxy.cut({ refuse: true })
    await expect.poll(() => bus.healthy, { timeout: 10_000 }).toBe(false)
    const id = await client.clientId()
    const back = new Promise((resolve) => client.once('ready', resolve))
    await watch.sendCommand(['CLIENT', 'KILL', 'ID', String(id)])
    await back
    expect(bus.healthy).toBe(false)
    const heard = await collect(bus, 't')
    proxy.restore()
    await expect.poll(() => bus.healthy, { timeout: 10_000 }).toBe(true)
    bus.publish('t', { n: 1 })
    await expect.poll(() => heard).toEqual([{ n: 1 }])
    client.destroy()
    watch.destroy()
  })

  test('that is closed takes no subscriptions, and options that contradict each other are refused', async () => {
    const { url, name: namespace } = await redis.open()
    const bus = await redisLiveBus({ url, namespace })
    await bus.close()
    const stop = await bus.subscribe('t', () => {})
    stop()
    expect(bus.healthy).toBe(false)
    const client = createClient({ url })
    for (const options of [{}, { client }, { client, url }]) {
      await expect(redisLiveBus(options as never)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    }
  })

  test('a listener that throws, and a message that is no hint, disturb nobody', async () => {
    const { url, name: namespace } = await redis.open()
    await using bus = await redisLiveBus({ url, namespace })
    await bus.subscribe('t', () => {
      throw new Error('its own trouble')
    })
    const heard = await collect(bus, 't')
    const client = await createClient({ url }).connect()
    for (const text of ['no json', '[1]', 'null', '7']) await client.publish(`${namespace}:live:t`, text)
    bus.publish('t', { last: true })
    await expect.poll(() => heard).toEqual([{ last: true }])
    client.destroy()
  })

  test('uses a client of one’s own and leaves it open', async () => {
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    const bus = await redisLiveBus({ client, namespace })
    const heard = await collect(bus, 't')
    bus.publish('t', { n: 1 })
    await expect.poll(() => heard).toEqual([{ n: 1 }])
    await bus.close()
    await bus.close()
    expect(bus.healthy).toBe(false)
    bus.publish('t', { n: 2 })
    expect(await client.ping()).toBe('PONG')
    client.destroy()
  })
})

describe.skipIf(!(await canOwn('redis')))('a live bus whose Redis goes away', () => {
  test('says so, takes subscriptions meanwhile, and carries on with all of them when it is back', async () => {
    await using server = await ownServer('redis')
    await using bus = await redisLiveBus({ url: server.url, timeout: 1_000 })
    const changes: boolean[] = []
    bus.onHealth((healthy) => changes.push(healthy))
    const before = await collect(bus, 'before')
    expect(bus.healthy).toBe(true)

    await server.kill9()
    await expect.poll(() => bus.healthy).toBe(false)
    bus.publish('before', { lost: true })
    const meanwhile = await collect(bus, 'meanwhile')

    await server.restart()
    await expect.poll(() => bus.healthy, { timeout: 5_000 }).toBe(true)
    bus.publish('before', { n: 1 })
    bus.publish('meanwhile', { n: 2 })
    await expect.poll(() => [before, meanwhile]).toEqual([[{ n: 1 }], [{ n: 2 }]])
    expect(changes).toEqual([false, true])
  })
})
