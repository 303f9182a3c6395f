import type { JsonObject, LiveBus } from '@threadkeep/core'
import { createTopicListeners, createWatched } from '@threadkeep/core'
import type { ConnectionOptions, RedisClient } from './connection.ts'
import { open } from './connection.ts'
import { misconfigured, toThreadkeepError } from './errors.ts'
import { layout } from './layout.ts'

/** A client that can subscribe; every `createClient()` is one. */
export interface RedisPubSubClient extends RedisClient {
  on(event: 'ready' | 'error' | 'end' | 'reconnecting', listener: () => void): unknown
  off(event: 'ready' | 'error' | 'end' | 'reconnecting', listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
  subscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<void>
  unsubscribe(channel: string): Promise<void>
  duplicate(): RedisPubSubClient
}

/** Where the hints go through. */
export interface RedisLiveBusOptions extends Pick<ConnectionOptions, 'url' | 'timeout'> {
  /** A connected client of the package `redis`: it publishes, a duplicate of it subscribes. Give this or `url`. */
  readonly client?: RedisPubSubClient
  /** Buses of different namespaces do not hear each other. Default `threadkeep`. */
  readonly namespace?: string
}

const defaultTimeout = 5_000

/**
 * Hints between processes over Redis: one connection publishes, one subscribes, and both come back by themselves, with all
 * subscriptions. Subscribing while there is no connection answers at once: `healthy` says that hints do not flow yet.
 */
export async function redisLiveBus(options: RedisLiveBusOptions): Promise<LiveBus> {
  const { channel: channelOf } = layout(options.namespace ?? 'threadkeep')
  const { publisher, subscriber, release } = await connectBoth(options)
  const listeners = createTopicListeners<JsonObject>()
  const health = createWatched(true)
  const prefix = channelOf('').length
  let closed = false

  const hear = (message: string, channel: string): void => {
    const hint = parseHint(message)
    if (hint) listeners.tell(channel.slice(prefix), hint)
  }

  // What the server was told last, and the work on each topic in its order: a topic that is left and taken up again at once
  // would else be lost between the two.
  const told = new Set<string>()
  const working = new Map<string, Promise<void>>()

  /** Tells the server whether the topic is wanted. Without a connection the next one does. */
  const settle = (topic: string): Promise<void> => {
    const before = working.get(topic) ?? Promise.resolve()
    const work = before.then(async () => {
      const wanted = listeners.has(topic)
      if (!closed && subscriber.isReady) await tell(topic, wanted)
      if (working.get(topic) === work) working.delete(topic)
    })
    working.set(topic, work)
    return work
  }
  const tell = async (topic: string, wanted: boolean): Promise<void> => {
    try {
      if (wanted) {
        await subscriber.subscribe([channelOf(topic)], hear)
        told.add(topic)
      } else {
        await subscriber.unsubscribe(channelOf(topic))
        told.delete(topic)
      }
    } catch {
      // The connection broke; the next one settles all topics.
    }
  }

  const regain = async (): Promise<void> => {
    // The client renews what it had; topics that came or went while it was away are news to it.
    await Promise.all([...new Set([...listeners.topics(), ...told])].map(settle))
    judge()
  }
  const judge = (): void => health.set(!closed && publisher.isReady && subscriber.isReady)
  const watch = (how: 'on' | 'off'): void => {
    for (const client of [publisher, subscriber]) {
      client[how]('ready', regain)
      for (const event of ['error', 'end', 'reconnecting'] as const) client[how](event, judge)
    }
  }
  watch('on')

  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    listeners.clear()
    watch('off')
    release()
    health.set(false)
  }

  return {
    name: 'redis',
    get healthy() {
      return health.value
    },
    onHealth: health.onChange,
    publish(topic, hint) {
      if (closed || !publisher.isReady) return
      publisher.sendCommand(['PUBLISH', channelOf(topic), JSON.stringify(hint)]).catch(() => {})
    },
    async subscribe(topic, listener) {
      if (closed) return () => {}
      const stop = listeners.add(topic, listener, () => void settle(topic))
      if (!told.has(topic)) await settle(topic)
      return stop
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function connectBoth(
  options: RedisLiveBusOptions,
): Promise<{ publisher: RedisPubSubClient; subscriber: RedisPubSubClient; release: () => void }> {
  const { url, client, timeout = defaultTimeout } = options
  if (client && url === undefined) {
    if (!client.isReady) throw misconfigured('The Redis client must be connected: await client.connect() first.')
    const subscriber = client.duplicate()
    // Without a listener an error event would end the process, and a duplicate has none of the original's.
    subscriber.on('error', () => {})
    await subscriber.connect().catch((error) => Promise.reject(toThreadkeepError(error, 'read')))
    return { publisher: client, subscriber, release: () => subscriber.destroy() }
  }
  if (url === undefined || client) throw misconfigured('Give either the url of a Redis server or a connected client.')
  const publisher = await open(url, timeout)
  const subscriber = await open(url, timeout).catch((error) => {
    publisher.destroy()
    throw error
  })
  return {
    publisher,
    subscriber,
    release: () => {
      publisher.destroy()
      subscriber.destroy()
    },
  }
}

function parseHint(message: string): JsonObject | undefined {
  try {
    const hint: unknown = JSON.parse(message)
    return typeof hint === 'object' && hint !== null && !Array.isArray(hint) ? (hint as JsonObject) : undefined
  } catch {
    // Somebody else's message on our channel is no hint.
    return undefined
  }
}
