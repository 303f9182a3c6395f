import { canOwn, freePorts, ownServer } from '@threadkeep/test-support/services'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { describe, expect, test } from 'vitest'
import { createTopics, kafkaSink, kafkaSource } from '../src/index.ts'
import { numbered, numbersOf, until } from './log-space.ts'

const patience = 60_000

describe.skipIf(!(await canOwn('kafka')))('while Kafka is silent', () => {
  test('an append waits for a bounded time and both ends close soon; afterwards all is there, each record first in its place', async () => {
    const [port] = await freePorts(1)
    await using proxy = await tcpProxy(`kafka://127.0.0.1:${port}`)
    const advertised = `advertised.listeners=PLAINTEXT://127.0.0.1:${proxy.port}`
    await using broker = await ownServer('kafka', { port: port!, args: [advertised] })
    const log = { url: proxy.through(broker.url) }
    await createTopics(log, { partitions: 1, replicationFactor: 1 })
    await using sink = kafkaSink(log)
    const failures: unknown[] = []
    const read = (seen: number[]) => {
      const source = kafkaSource({ ...log, purpose: 'test', sessionTimeout: 6_000, onRetry: (e) => failures.push(e) })
      void source.run(async (records) => void seen.push(...numbersOf(records)))
      return source
    }
    const seen: number[] = []
    await using first = read(seen)
    await sink.append(0, numbered(0, 10))
    await until(() => seen.length === 10)

    // What comes after is lost on the way to the reader as well, which must not wait for it for ever either.
    proxy.mode('dropReplies')
    const began = performance.now()
    await expect(sink.append(0, numbered(10, 10))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(performance.now() - began).toBeLessThan(20_000)
    await until(() => failures.length > 0, patience)
    proxy.restore()
    await sink.append(0, numbered(10, 20))
    await until(() => new Set(seen).size === 30, patience)
    expect(seen.filter((n, i) => seen.indexOf(n) === i)).toEqual(Array.from({ length: 30 }, (_, n) => n))

    proxy.mode('halfOpen')
    const unheard = sink.append(0, numbered(30, 10)).catch((error: unknown) => error)
    const stopping = performance.now()
    await Promise.all([sink.close(), first.close()])
    expect(performance.now() - stopping).toBeLessThan(10_000)
    expect(await unheard).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    proxy.restore()
    await using again = kafkaSink(log)
    await again.append(0, numbered(30, 10))
    await using second = read(seen)
    void second
    await until(() => new Set(seen).size === 40, patience)
  }, 240_000)
})
