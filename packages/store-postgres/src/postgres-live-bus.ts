import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject, LiveBus } from '@threadkeep/core'
import { createTopicListeners, createWatched } from '@threadkeep/core'
import { misconfigured, toThreadkeepError } from './errors.ts'
import { hintQueue } from './hint-queue.ts'
import type { PgNotification, PoolOptions } from './pool.ts'
import { assertTimeout, openPool, statement } from './pool.ts'

/** Where the hints go through. */
export interface PostgresLiveBusOptions extends Pick<PoolOptions, 'url' | 'pool' | 'timeout'> {
  /** The channel of NOTIFY. Buses of different channels or databases do not hear each other. Default `threadkeep_live`. */
  readonly channel?: string
}

/**
 * Hints between processes over LISTEN and NOTIFY: one connection listens for all topics, and comes back by itself; hints of
 * one turn are sent together. A hint of 8,000 bytes or more is lost.
 */
export async function postgresLiveBus(options: PostgresLiveBusOptions): Promise<LiveBus> {
  const { channel = 'threadkeep_live' } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) {
    throw misconfigured('A channel is 1–63 lower-case letters, digits and underscores, such as "threadkeep_live".')
  }
  const timeout = assertTimeout(options.timeout)
  const { database, pool } = openPool({ ...options, timeout, connections: 2 })
  const listeners = createTopicListeners<JsonObject>()
  const health = createWatched(false)
  const closing = new AbortController()
  const publish = hintQueue((payloads) =>
    database.query('select pg_notify($1, p) from unnest($2::text[]) p', [channel, payloads], 'read'),
  )

  const hear = (notification: PgNotification): void => {
    if (notification.channel !== channel) return
    const parsed = parse(notification.payload)
    if (parsed) listeners.tell(parsed.topic, parsed.hint)
  }

  /** Listens until the connection fails or the bus is closed. `onReady` is called when hints flow. */
  const listen = async (onReady: () => void): Promise<void> => {
    const client = await pool.connect()
    const broken = Promise.withResolvers<never>()
    // Whoever waits for it hears of it; when nobody does, that is no event of the process.
    broken.promise.catch(() => {})
    const end = () => broken.reject(new Error('The connection that listens has ended'))
    client.on('error', end)
    client.on('end', end)
    client.on('notification', hear)
    const ask = (text: string) =>
      Promise.race([client.query(statement(text)), broken.promise, late(timeout, closing.signal)])
    try {
      await ask(`listen ${channel}`)
      onReady()
      for (;;) {
        // A peer that has gone silent is found out by a question that nobody answers.
        await Promise.race([sleep(timeout / 2, undefined, { signal: closing.signal }), broken.promise])
        await ask('select 1')
      }
    } finally {
      client.release(true)
    }
  }

  const keepListening = async (onFirst: () => void, onFailure: (error: unknown) => void): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures++) {
      await listen(() => {
        failures = 0
        health.set(true)
        onFirst()
      }).catch(onFailure)
      health.set(false)
      await sleep(Math.min(20 * 2 ** failures, 1_000), undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  let ended: Promise<void> | undefined
  const close = (): Promise<void> => {
    listeners.clear()
    closing.abort()
    ended ??= listening.then(() => database.close())
    return ended
  }

  // The first connection must come about; all later ones are found again without anybody's help.
  const first = Promise.withResolvers<void>()
  const listening = keepListening(first.resolve, first.reject)
  try {
    await first.promise
  } catch (error) {
    await close()
    throw toThreadkeepError(error, 'unsent')
  }

  return {
    name: 'postgres',
    get healthy() {
      return health.value
    },
    onHealth: health.onChange,
    publish(topic, hint) {
      if (health.value && !closing.signal.aborted) publish(JSON.stringify({ topic, hint }))
    },
    subscribe: async (topic, listener) => (closing.signal.aborted ? () => {} : listeners.add(topic, listener)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function late(timeout: number, signal: AbortSignal): Promise<never> {
  await sleep(timeout, undefined, { signal })
  throw new Error(`PostgreSQL has not answered within ${timeout} ms.`)
}

function parse(payload: string | undefined): { topic: string; hint: JsonObject } | undefined {
  try {
    const { topic, hint } = JSON.parse(String(payload)) as { topic?: unknown; hint?: unknown }
    const isHint = typeof hint === 'object' && hint !== null && !Array.isArray(hint)
    return typeof topic === 'string' && isHint ? { topic, hint: hint as JsonObject } : undefined
  } catch {
    // Somebody else's message on our channel is no hint.
    return undefined
  }
}
