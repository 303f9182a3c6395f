import type { EventSink, LogRecord } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Message } from 'kafkajs'
import type { KafkaPlace } from './connection.ts'
import { openConnection } from './connection.ts'
import { laneHeader, safeProducer } from './producer.ts'

const maxBatchBytes = 800_000
/** Key, headers and framing. */
const perMessage = 1_000

/**
 * The writing end of a log on Kafka. Lane n goes through partition `n % partitions`; an append has been acknowledged by all replicas in
 * sync. Connects with the first append.
 */
export function kafkaSink(place: KafkaPlace): EventSink {
  const { kafka, names } = openConnection(place)
  const producer = safeProducer(kafka)
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    await producer.close()
  }
  return {
    async append(lane: number, records: readonly LogRecord[]) {
      if (closed) throw new ThreadkeepError('CLOSED', 'This Kafka sink is closed.')
      if (records.length === 0) throw new ThreadkeepError('INVALID', 'An append has at least one record.')
      const headers = { [laneHeader]: String(lane) }
      const messages = records.map(({ key, value }) => ({ key, value: JSON.stringify(value), headers }))
      let position = -1
      for (const batch of batchesOf(messages)) position = (await producer.send(names.events, batch)) + batch.length - 1
      return position
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** No batch outgrows what a broker takes with its default settings (one megabyte). */
function* batchesOf(messages: readonly (Message & { readonly value: string })[]): Generator<readonly Message[]> {
  let [from, bytes] = [0, 0]
  for (const [i, { value }] of messages.entries()) {
    const size = Buffer.byteLength(value) + perMessage
    if (i > from && bytes + size > maxBatchBytes) {
      yield messages.slice(from, i)
      ;[from, bytes] = [i, 0]
    }
    bytes += size
  }
  yield messages.slice(from)
}
