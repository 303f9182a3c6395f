import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { PlacedRecord } from '@threadkeep/core'
import { manualClock, ThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, onTestFinished, test } from 'vitest'
import { assertTopics, createTopics, kafkaSink, kafkaSource } from '../src/index.ts'
import { bareKafka, numbered, numbersOf, openLog, until } from './log-space.ts'

const kafka = await service('kafka')
const quick = { purpose: 'test', sessionTimeout: 6_000 }
const corrupt = () => new ThreadkeepError('CORRUPT', 'not to be handled')

describe.skipIf(!kafka.available)('a reader on Kafka', () => {
  test('sets right what a parked record would have done, as patiently as it handles records, and lets it be at last', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    const parked: string[] = []
    const mended: number[] = []
    let passing = 2
    const mend = async (record: PlacedRecord): Promise<void> => {
      const [n] = numbersOf([record])
      expect(parked).toContain(String(record.position))
      if (n === 1 && passing-- > 0) throw new ThreadkeepError('UNAVAILABLE', 'the store is away')
      mended.push(n!)
      if (n === 2) throw corrupt()
    }
    await using source = kafkaSource({
      ...{ ...log, ...quick, attempts: 2, mend },
      onParked: ({ offset }) => parked.push(offset),
    })
    const done: number[] = []
    void source.run(async (records) => {
      if (numbersOf(records).some((n) => n === 1 || n === 2)) throw corrupt()
      done.push(...numbersOf(records))
    })
    await sink.append(0, numbered(0, 5))
    await until(() => done.length === 3)
    expect(done).toEqual([0, 3, 4])
    expect(parked).toEqual(['1', '2'])
    expect(mended).toEqual([1, 2, 2])
  })

  test('goes on behind messages of which none is a record', async () => {
    const log = await openLog(kafka, 1)
    const producer = bareKafka(log.url).producer()
    await producer.connect()
    const messages = ['no json', '[]', 'null'].map((value) => ({ key: 'k', value, headers: { lane: '0' } }))
    await producer.send({ topic: `${log.name}.events`, messages })
    await producer.disconnect()
    const parked: string[] = []
    const done: number[] = []
    await using source = kafkaSource({ ...log, ...quick, onParked: ({ offset }) => parked.push(offset) })
    void source.run(async (records) => {
      expect(records).not.toEqual([])
      done.push(...numbersOf(records))
    })
    await until(() => parked.length === 3)
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 2))
    await until(() => done.length === 2)
    expect(parked).toEqual(['0', '1', '2'])
  })

  test('that is closed while a batch fails again and again leaves it to the next one', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 5))
    let failures = 0
    const first = kafkaSource({ ...log, ...quick, onRetry: () => failures++ })
    const running = first.run(async () => {
      throw new ThreadkeepError('UNAVAILABLE', 'the store is away')
    })
    await until(() => failures > 1)
    await first.close()
    await running
    const done: number[] = []
    await using second = kafkaSource({ ...log, ...quick })
    void second.run(async (records) => void done.push(...numbersOf(records)))
    await until(() => done.length === 5)
  })

  test('passes over nothing that it could neither handle nor park, and is not tired of trying', async () => {
    const log = await openLog(kafka, 1)
    const admin = bareKafka(log.url).admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [`${log.name}.dead-letters`] })
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 3))
    const clock = manualClock()
    const parked: string[] = []
    const done: number[] = []
    const troubles: unknown[] = []
    await using source = kafkaSource({
      ...{ ...log, ...quick, attempts: 1, clock },
      onParked: ({ offset }) => parked.push(offset),
      onRetry: (error) => {
        // Each attempt takes as long as a client may be silent.
        clock.advance(61_000)
        troubles.push(error)
      },
    })
    void source.run(async (records) => {
      if (numbersOf(records).includes(1)) throw corrupt()
      done.push(...numbersOf(records))
    })
    const away = expect.objectContaining({ code: 'UNAVAILABLE' })
    await expect.poll(() => troubles, { timeout: 60_000 }).toContainEqual(away)
    expect([parked, done.includes(2)]).toEqual([[], false])
    await createTopics(log, { partitions: 1, replicationFactor: 1 })
    await until(() => done.includes(2))
    expect(parked).toEqual(['1'])
    await admin.disconnect()
  })
})

test('what the client has to say goes to the log that was given', async () => {
  const said: string[] = []
  const place = { url: 'kafka://127.0.0.1:1/nothing', log: (message: string) => said.push(message) }
  await expect(assertTopics(place)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(said.join('\n')).toContain('127.0.0.1:1')
})

test('what waits behind an append that hangs is not sent after close', async () => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const sink = kafkaSink({ url: `kafka://127.0.0.1:${(server.address() as AddressInfo).port}/silent` })
  const appends = [sink.append(0, numbered(0, 1)), sink.append(0, numbered(1, 1))].map((append) =>
    expect(append).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true }),
  )
  await until(() => sockets.size > 0)
  await sink.close()
  await Promise.all(appends)
})
