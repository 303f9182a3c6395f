import type { EventSink, LogRecord } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { KafkaPlace } from './connection.ts'
import { openConnection } from './connection.ts'
import { laneHeader, safeProducer } from './producer.ts'

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
      return (await producer.send(names.events, messages)) + records.length - 1
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
