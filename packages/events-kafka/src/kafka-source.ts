import { setTimeout as sleep } from 'node:timers/promises'
import type { EventSource, PlacedRecord } from '@threadkeep/core'
import type { Clock, JsonObject, Millis } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError } from '@threadkeep/core/store'
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { KafkaPlace } from './connection.ts'
import { openConnection } from './connection.ts'
import { deadLetter } from './dead-letter.ts'
import { misconfigured, noAnswer, toThreadkeepError } from './errors.ts'
import { laneHeader, safeProducer } from './producer.ts'
import { settleBatch } from './settle-batch.ts'

/** How a log is read. */
export interface KafkaSourceOptions extends KafkaPlace {
  /** Those who read for one purpose share the partitions; each purpose hears everything. */
  readonly purpose: string
  /** Records handed over at once at most. Default 500. */
  readonly batchSize?: number
  /** How often one record is tried before it goes to the dead letters. Default 4. */
  readonly attempts?: number
  /** Partitions handled side by side. Default 4. */
  readonly concurrency?: number
  /** Milliseconds after which a reader that says nothing has its partitions taken away. Default 10,000. */
  readonly sessionTimeout?: number
  readonly clock?: Clock
  /** Told of every failure that is tried again. */
  readonly onRetry?: (error: unknown) => void
  /** Told of every record that went to the dead letters. */
  readonly onParked?: (record: { readonly key: string; readonly offset: string }, cause: unknown) => void
  /** Sets right what a record would have done, once it is in the dead letters. Tried as a record is, then let be. */
  readonly mend?: (record: PlacedRecord) => Promise<void>
}

/** The reading end on Kafka, which also says how it is. */
export interface KafkaSource extends EventSource {
  /** When Kafka last answered a poll or a heartbeat; undefined before the first. */
  readonly lastPollAt: Millis | undefined
  /** Records known to wait behind the last ones handled, over this reader's partitions. */
  readonly lag: number
}

type Handle = (records: readonly PlacedRecord[]) => Promise<void>

interface Read {
  readonly message: KafkaMessage
  readonly record: PlacedRecord
}

const longestRestart = 1_000
/** Longer than a broker takes to fail over; a client that is silent for so long has died without saying so. */
const silence = 60_000
const closeWithin = 8_000
/** Milliseconds that a client of no more use has to say goodbye. */
const leaveWithin = 1_000

/**
 * The reading end of a log on Kafka. Offsets are committed only after the work; a client that crashed is replaced, and a crash that cannot be
 * survived rejects `run`. `close` takes ten seconds at most.
 */
export function kafkaSource(options: KafkaSourceOptions): KafkaSource {
  const { purpose, batchSize = 500, attempts = 4, concurrency = 4, sessionTimeout = 10_000 } = options
  const { clock = systemClock, onRetry = () => {}, onParked = () => {}, mend } = options
  const { kafka, names } = openConnection(options)
  const group = names.group(purpose)
  const deadLetters = safeProducer(kafka)
  const stopping = new AbortController()
  const lags = new Map<number, number>()
  let lastPollAt: Millis | undefined
  let running: Promise<void> | undefined

  /** One client from its connection to its end: resolves when the source closes, rejects when the client is of no more use. */
  async function consume(handle: Handle): Promise<void> {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout,
      rebalanceTimeout: 3 * sessionTimeout,
      heartbeatInterval: Math.floor(sessionTimeout / 4),
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      // kafkajs would begin again out of sight: here a crash is seen, and begun again after by us.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    })
    const ended = Promise.withResolvers<void>()
    const over = new AbortController()
    const answered = (): void => {
      lastPollAt = clock.now()
      silent.refresh()
    }
    const silent = setTimeout(
      () => ended.reject(new ThreadkeepError('UNAVAILABLE', 'The Kafka client has gone silent.')),
      silence,
    )
    const { CRASH, FETCH, HEARTBEAT, GROUP_JOIN, REQUEST_TIMEOUT } = consumer.events
    consumer.on(FETCH, answered)
    consumer.on(HEARTBEAT, answered)
    consumer.on(GROUP_JOIN, () => {
      lags.clear()
      answered()
    })
    consumer.on(CRASH, ({ payload }) => ended.reject(payload.error))
    // The client would ask again and again over a connection that has gone silent.
    consumer.on(REQUEST_TIMEOUT, () => ended.reject(noAnswer()))
    const stop = (): void => ended.resolve()
    stopping.signal.addEventListener('abort', stop)
    const start = async (): Promise<void> => {
      await consumer.connect()
      await consumer.subscribe({ topic: names.events, fromBeginning: true })
      if (!over.signal.aborted && !stopping.signal.aborted)
        await consumer.run({
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: (payload) => work(payload, handle, over.signal),
        })
    }
    const started = start()
    try {
      await Promise.race([started.then(() => ended.promise), ended.promise])
    } finally {
      clearTimeout(silent)
      stopping.signal.removeEventListener('abort', stop)
      // Whoever comes next must not find this one at work.
      if (!stopping.signal.aborted) over.abort(noAnswer())
      const within = stopping.signal.aborted ? closeWithin - 1_000 : leaveWithin
      await Promise.race([leave(consumer, started), sleep(within, undefined, { ref: false })])
    }
  }

  /** A batch of one partition, in parts, each done before its offset counts. */
  async function work(payload: EachBatchPayload, handle: Handle, over: AbortSignal): Promise<void> {
    const { batch, resolveOffset, heartbeat } = payload
    const unheard = new AbortController()
    const lost = AbortSignal.any([over, unheard.signal])
    const giveUp = AbortSignal.any([stopping.signal, lost])
    const beat = setInterval(() => heartbeat().catch((error) => unheard.abort(error)), Math.floor(sessionTimeout / 4))
    const origin = { topic: batch.topic, partition: batch.partition, group }
    const patience = {
      attempts,
      pause: (milliseconds: number) => sleep(milliseconds, undefined, { signal: giveUp }),
      onRetry,
    }
    /** Only when the dead letter is durable may the log go on. */
    const park = async (message: KafkaMessage, cause: unknown): Promise<void> => {
      await deadLetters.send(names.deadLetters, [deadLetter(message, origin, cause)])
      onParked({ key: String(message.key), offset: message.offset }, cause)
    }
    const mayGoOn = (): boolean => payload.isRunning() && !payload.isStale() && !giveUp.aborted
    try {
      for (let from = 0; from < batch.messages.length && mayGoOn(); from += batchSize) {
        const part = batch.messages.slice(from, from + batchSize)
        const read: Read[] = []
        for (const message of part) {
          const record = recordOf(message)
          if (record) read.push({ message, record })
          else await park(message, misconfigured('This is not a record of the log.'))
        }
        if (read.length > 0)
          await settleBatch(read, {
            ...patience,
            handle: (some) => handle(some.map(({ record }) => record)),
            async park({ message, record }, cause) {
              await park(message, cause)
              if (mend) await settleBatch([record], { ...patience, handle: () => mend(record), park: async () => {} })
            },
          })
        const { offset } = part[part.length - 1]!
        resolveOffset(offset)
        lags.set(batch.partition, Math.max(0, Number(batch.highWatermark) - Number(offset) - 1))
      }
      lost.throwIfAborted()
    } catch (error) {
      // What is given up is neither done nor bad: whoever has the partition next reads it again.
      lost.throwIfAborted()
      if (!stopping.signal.aborted) throw error
    } finally {
      clearInterval(beat)
    }
  }

  async function keepConsuming(handle: Handle): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const began = clock.now()
      try {
        await consume(handle)
      } catch (cause) {
        const error = toThreadkeepError(cause)
        if (!error.retryable) throw error
        onRetry(error)
        if (clock.now() - began > silence) failures = 0
        const delay = Math.min(longestRestart, 100 * 2 ** failures)
        await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  const close = async (): Promise<void> => {
    stopping.abort()
    const late = sleep(closeWithin, undefined, { ref: false })
    await Promise.race([running?.catch(() => {}), late])
    await Promise.race([deadLetters.close(), late])
  }

  return {
    async run(handle) {
      if (running) throw new ThreadkeepError('INVALID', 'This source is read already: open another.')
      running = keepConsuming(handle)
      await running
    },
    get lastPollAt() {
      return lastPollAt
    },
    get lag() {
      return [...lags.values()].reduce((sum, lag) => sum + lag, 0)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function recordOf({ key, value, headers, offset }: KafkaMessage): PlacedRecord | undefined {
  const lane = Number(String(headers?.[laneHeader]))
  if (!key || !value || !Number.isInteger(lane) || lane < 0) return undefined
  try {
    const parsed: unknown = JSON.parse(value.toString())
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    return { key: key.toString(), lane, position: Number(offset), value: parsed as JsonObject }
  } catch {
    return undefined
  }
}

/** A client that is still on its way into the group, and told to leave, would stay there for good. */
async function leave(consumer: Consumer, started: Promise<void>): Promise<void> {
  await started.catch(() => {})
  await consumer.disconnect().catch(() => {})
}
