import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { createTopics, kafkaSink, kafkaSource } from '../src/index.ts'
import { numbered, numbersOf, until } from './log-space.ts'

describe.skipIf(!(await canOwn('kafka')))('while Kafka is away', () => {
  test('appends fail soon and as retryable; after its return both ends go on within fifteen seconds, nothing lost', async () => {
    await using broker = await ownServer('kafka')
    const log = { url: broker.url }
    await createTopics(log, { partitions: 2, replicationFactor: 1 })
    await using sink = kafkaSink(log)
    await using source = kafkaSource({ ...log, purpose: 'test', sessionTimeout: 6_000 })
    const seen: number[] = []
    const reading = source.run(async (records) => void seen.push(...numbersOf(records)))
    await sink.append(0, numbered(0, 10))
    await until(() => seen.length === 10)

    await broker.stop()
    await expect(sink.append(0, numbered(10, 10))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await broker.restart()
    const back = performance.now()
    for (;;) {
      try {
        await sink.append(0, numbered(10, 10))
        break
      } catch (error) {
        expect(error).toMatchObject({ retryable: true })
      }
    }
    await until(() => new Set(seen).size === 20)
    expect(performance.now() - back).toBeLessThan(15_000)
    expect(seen.filter((n, i) => seen.indexOf(n) === i)).toEqual(Array.from({ length: 20 }, (_, n) => n))
    await source.close()
    await reading
  }, 90_000)
})
