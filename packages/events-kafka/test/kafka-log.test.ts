import { setTimeout as sleep } from 'node:timers/promises'
import type { PlacedRecord } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { assertTopics, createTopics, kafkaSink, kafkaSource } from '../src/index.ts'
import { bareKafka, numbered, numbersOf, openLog, until } from './log-space.ts'

const kafka = await service('kafka')
const quick = { purpose: 'test', sessionTimeout: 6_000 }

describe.skipIf(!kafka.available)('a log on Kafka', () => {
  test('hands over every record, each lane in order, with positions that its sink named', async () => {
    const log = await openLog(kafka)
    await using sink = kafkaSink(log)
    await using source = kafkaSource({ ...log, ...quick })
    const seen: PlacedRecord[] = []
    void source.run(async (records) => void seen.push(...records))
    const positions = await Promise.all([sink.append(1, numbered(0, 100)), sink.append(6, numbered(1_000, 50))])
    await sink.append(1, numbered(100, 20))
    await until(() => seen.length === 170)

    const lane = (n: number) => seen.filter((record) => record.lane === n)
    expect(numbersOf(lane(1))).toEqual(Array.from({ length: 120 }, (_, n) => n))
    expect(lane(6).at(-1)!.position).toBe(positions[1])
    expect(lane(1)[99]!.position).toBe(positions[0])
    expect(source.lag).toBe(0)
    expect(source.lastPollAt).toBeGreaterThan(0)
  })

  test('an append may be larger than what a broker takes at once', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    const pad = 'x'.repeat(300_000)
    const records = Array.from({ length: 8 }, (_, n) => ({ key: 'k', value: { n, pad } }))
    expect(await sink.append(0, records)).toBe(7)
    const seen: number[] = []
    await using source = kafkaSource({ ...log, ...quick })
    void source.run(async (some) => void seen.push(...numbersOf(some)))
    await until(() => seen.length === 8)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('what was handled does not come again to the next reader; what was not, does', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 10))
    const first: number[] = []
    const one = kafkaSource({ ...log, ...quick })
    void one.run(async (records) => void first.push(...numbersOf(records)))
    await until(() => first.length === 10)
    await one.close()
    await sink.append(0, numbered(10, 10))
    const second: number[] = []
    await using two = kafkaSource({ ...log, ...quick })
    void two.run(async (records) => void second.push(...numbersOf(records)))
    await until(() => second.length === 10)
    expect(second).toEqual(Array.from({ length: 10 }, (_, n) => 10 + n))
  })

  test('a record that cannot be handled is in the dead letters with its cause, and the others go on within five seconds', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    const done: number[] = []
    const parked: string[] = []
    await using source = kafkaSource({ ...log, ...quick, onParked: ({ key }) => parked.push(key) })
    void source.run(async (records) => {
      if (numbersOf(records).includes(7)) throw new ThreadkeepError('CORRUPT', 'seven is not a number')
      done.push(...numbersOf(records))
    })
    await sink.append(0, numbered(0, 1))
    await until(() => done.length === 1)
    await sink.append(0, numbered(1, 29))
    await until(() => done.length === 29, 5_000)
    expect(done).toEqual(Array.from({ length: 30 }, (_, n) => n).filter((n) => n !== 7))
    expect(parked).toEqual(['k1'])

    const [letter] = await readDeadLetters(log)
    expect(letter).toMatchObject({
      value: '{"n":7}',
      headers: { cause: 'CORRUPT: seven is not a number', partition: '0', offset: '7', group: `${log.name}.test` },
    })
  })

  test('a message that is no record goes to the dead letters and the others go on', async () => {
    const log = await openLog(kafka, 1)
    const producer = bareKafka(log.url).producer()
    await producer.connect()
    for (const value of ['not json', '[]', 'null'])
      await producer.send({ topic: `${log.name}.events`, messages: [{ key: 'k', value, headers: { lane: '0' } }] })
    await producer.send({ topic: `${log.name}.events`, messages: [{ key: 'k', value: '{}', headers: { lane: 'x' } }] })
    await producer.disconnect()
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 1))
    const done: number[] = []
    await using source = kafkaSource({ ...log, ...quick })
    void source.run(async (records) => void done.push(...numbersOf(records)))
    await until(() => done.length === 1)
    expect(await readDeadLetters(log, 4)).toHaveLength(4)
  })

  test('a failure that passes parks nothing, however long it takes', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    const done: number[] = []
    let [down, failures] = [true, 0]
    await using source = kafkaSource({
      ...log,
      ...quick,
      attempts: 2,
      onRetry: () => failures++,
      onParked: () => expect.unreachable(),
    })
    void source.run(async (records) => {
      if (down) throw new ThreadkeepError('UNAVAILABLE', 'the store is away')
      done.push(...numbersOf(records))
    })
    await sink.append(0, numbered(0, 5))
    await until(() => failures > 8)
    down = false
    await until(() => done.length === 5)
    expect(done).toEqual([0, 1, 2, 3, 4])
  })

  test('readers that come and go share the lanes and lose nothing', async () => {
    const log = await openLog(kafka, 6)
    await using sink = kafkaSink(log)
    const newest = new Map<number, number>()
    const missed: string[] = []
    const seen = new Set<number>()
    const handle = async (records: readonly PlacedRecord[]): Promise<void> => {
      for (const { lane, value } of records) {
        const n = value['n'] as number
        const i = Math.floor(n / 6)
        if (i > (newest.get(lane) ?? -1) + 1) missed.push(`${lane}: ${n}`)
        newest.set(lane, Math.max(i, newest.get(lane) ?? -1))
        seen.add(n)
      }
      await sleep(2)
    }
    const one = kafkaSource({ ...log, ...quick, batchSize: 10 })
    await using two = kafkaSource({ ...log, ...quick, batchSize: 10 })
    void one.run(handle)
    for (let i = 0; i < 200; i++) {
      await Promise.all(
        [0, 1, 2, 3, 4, 5].map((lane) => sink.append(lane, [{ key: `${lane}`, value: { n: i * 6 + lane } }])),
      )
      if (i === 40) void two.run(handle)
      if (i === 120) void one.close()
    }
    await until(() => seen.size === 1_200, 25_000)
    expect(missed).toEqual([])
    await one.close()
  })

  test('closing takes less than ten seconds, also while a handler hangs', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    await sink.append(0, numbered(0, 1))
    let hanging = false
    const source = kafkaSource({ ...log, ...quick })
    void source.run(() => {
      hanging = true
      return new Promise(() => {})
    })
    await until(() => hanging)
    const began = performance.now()
    await source.close()
    await source.close()
    expect(performance.now() - began).toBeLessThan(10_000)
    await expect(source.run(async () => {})).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('topics are made by a command of their own, and missing ones are told at once', async () => {
    const { url, name } = await kafka.open()
    const log = { url: `${url}/${name}` }
    await expect(assertTopics(log)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    expect(await createTopics(log, { partitions: 2, replicationFactor: 1 })).toEqual([
      { topic: `${name}.events`, partitions: 2, created: true },
      { topic: `${name}.dead-letters`, partitions: 1, created: true },
    ])
    expect((await createTopics(log, { partitions: 9 })).map(({ created }) => created)).toEqual([false, false])
    await assertTopics(log)
    await expect(createTopics(log, { partitions: 0 })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })

  test('a sink without topics says so, and a closed one says that', async () => {
    const { url, name } = await kafka.open()
    const sink = kafkaSink({ url: `${url}/${name}` })
    await expect(sink.append(0, [])).rejects.toMatchObject({ code: 'INVALID' })
    await expect(sink.append(0, numbered(0, 1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await sink.close()
    await expect(sink.append(0, numbered(0, 1))).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

async function readDeadLetters(log: { readonly url: string; readonly name: string }, count = 1) {
  const consumer = bareKafka(log.url).consumer({ groupId: `${log.name}.look` })
  const letters: { value: string; headers: Record<string, string> }[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: `${log.name}.dead-letters`, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
      letters.push({ value: String(message.value), headers: Object.fromEntries(headers) })
    },
  })
  await until(() => letters.length >= count)
  await consumer.disconnect()
  return letters
}
