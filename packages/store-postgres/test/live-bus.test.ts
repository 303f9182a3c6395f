import type { JsonObject, LiveBus } from '@threadkeep/core'
import { canOwn, ownServer, service } from '@threadkeep/test-support/services'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { postgresLiveBus } from '../src/index.ts'

const postgres = await service('postgres')

async function collect(bus: LiveBus, topic: string): Promise<JsonObject[]> {
  const heard: JsonObject[] = []
  await bus.subscribe(topic, (hint) => heard.push(hint))
  return heard
}

describe.skipIf(!postgres.available)('a live bus on PostgreSQL', () => {
  test('carries hints between processes to those who asked for the topic, and to nobody else', async () => {
    const { url } = await postgres.open()
    await using one = await postgresLiveBus({ url })
    await using other = await postgresLiveBus({ url })
    await using stranger = await postgresLiveBus({ url, channel: 'another' })
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

  test('stops when told to, and sends many hints of one turn', async () => {
    const { url } = await postgres.open()
    await using bus = await postgresLiveBus({ url })
    const heard: JsonObject[] = []
    const stop = await bus.subscribe('t', (hint) => heard.push(hint))
    for (let n = 0; n < 500; n++) bus.publish('t', { n })
    await expect.poll(() => heard.length).toBe(500)
    stop()
    const again = await collect(bus, 't')
    bus.publish('t', { last: true })
    await expect.poll(() => again).toEqual([{ last: true }])
    expect(heard).toHaveLength(500)
  })

  test('a listener that throws, a message that is no hint, and a hint that is too long disturb nobody', async () => {
    const { url } = await postgres.open()
    await using bus = await postgresLiveBus({ url })
    await bus.subscribe('t', () => {
      throw new Error('its own trouble')
    })
    const heard = await collect(bus, 't')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    for (const text of ['no json', '[1]', 'null', '{"topic":"t","hint":7}', '']) {
      await client.query('select pg_notify($1, $2)', ['threadkeep_live', text])
    }
    bus.publish('t', { long: 'x'.repeat(8_000) })
    bus.publish('t', { last: true })
    await expect.poll(() => heard).toEqual([{ last: true }])
    await client.end()
  })

  test('uses a pool of one’s own and leaves it open', async () => {
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const bus = await postgresLiveBus({ pool })
    const heard = await collect(bus, 't')
    bus.publish('t', { n: 1 })
    await expect.poll(() => heard).toEqual([{ n: 1 }])
    await bus.close()
    await bus.close()
    expect(bus.healthy).toBe(false)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('does not hear what others listen to on the connections of the pool', async () => {
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await pool.query('listen another')
    const bus = await postgresLiveBus({ pool })
    const heard = await collect(bus, 't')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const hint = (n: number) => JSON.stringify({ topic: 't', hint: { n } })
    await client.query('select pg_notify($1, $2)', ['another', hint(1)])
    await client.query('select pg_notify($1, $2)', ['threadkeep_live', hint(2)])
    await expect.poll(() => heard).toEqual([{ n: 2 }])
    await bus.close()
    await client.end()
    await pool.end()
  })

  test('that is closed takes no subscriptions', async () => {
    const { url } = await postgres.open()
    const bus = await postgresLiveBus({ url })
    await bus.close()
    const heard: JsonObject[] = []
    const stop = await bus.subscribe('t', (hint) => heard.push(hint))
    await using other = await postgresLiveBus({ url })
    const there = await collect(other, 't')
    other.publish('t', { n: 1 })
    await expect.poll(() => there).toEqual([{ n: 1 }])
    stop()
    expect(heard).toEqual([])
  })

  test('notices a peer that falls silent', async () => {
    const { url } = await postgres.open()
    await using proxy = await tcpProxy(url)
    await using bus = await postgresLiveBus({ url: proxy.through(url), timeout: 300 })
    const heard = await collect(bus, 't')
    proxy.mode('halfOpen')
    await expect.poll(() => bus.healthy, { timeout: 3_000 }).toBe(false)
    proxy.restore()
    await expect.poll(() => bus.healthy, { timeout: 5_000 }).toBe(true)
    bus.publish('t', { n: 1 })
    await expect.poll(() => heard).toEqual([{ n: 1 }])
  })

  test('refuses a channel that is none, and a server that is not there', async () => {
    const url = 'postgres://postgres@127.0.0.1:1/postgres'
    await expect(postgresLiveBus({ url, channel: 'a b' })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    await expect(postgresLiveBus({ url, timeout: 300 })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe.skipIf(!(await canOwn('postgres')))('a live bus whose PostgreSQL goes away', () => {
  test('says so, takes subscriptions meanwhile, and carries on with all of them when it is back', async () => {
    await using server = await ownServer('postgres')
    await using bus = await postgresLiveBus({ url: server.url, timeout: 1_000 })
    const changes: boolean[] = []
    bus.onHealth((healthy) => changes.push(healthy))
    const before = await collect(bus, 'before')
    await server.kill9()
    await expect.poll(() => bus.healthy).toBe(false)
    bus.publish('before', { lost: true })
    const meanwhile = await collect(bus, 'meanwhile')
    await server.restart()
    await expect.poll(() => bus.healthy, { timeout: 10_000 }).toBe(true)
    bus.publish('before', { n: 1 })
    bus.publish('meanwhile', { n: 2 })
    await expect.poll(() => [before, meanwhile]).toEqual([[{ n: 1 }], [{ n: 2 }]])
    expect(changes).toEqual([false, true])
  })
})
