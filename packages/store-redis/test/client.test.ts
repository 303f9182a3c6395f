import { service } from '@threadkeep/test-support/services'
import { createClient, RESP_TYPES } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')
const at = { collection: 'c', key: 'k' }

describe.skipIf(!redis.available)('a client of one’s own', () => {
  test('stays open when the store is closed', async () => {
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    const store = await redisStore({ client, namespace })
    await store.commit([{ type: 'put', at, value: { n: 1 } }])
    await store.close()
    await expect(store.get([at])).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await client.ping()).toBe('PONG')
    client.destroy()
  })

  test('may speak RESP2 and prefer buffers', async () => {
    const { url, name: namespace } = await redis.open()
    const plain = await createClient({ url, RESP: 2 }).connect()
    const client = plain.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    await using store = await redisStore({ client, namespace })
    await store.commit([{ type: 'put', at, value: { n: 1 } }])
    expect(await store.get([at, { collection: 'd', key: 'k' }])).toMatchObject([{ value: { n: 1 } }, undefined])
    expect(await store.list('c', { limit: 1 })).toMatchObject([{ key: 'k' }])
    expect(await store.collections({ limit: 1 })).toEqual(['c'])
    plain.destroy()
  })

  test('that loses its connection fails calls at once instead of queueing them', async () => {
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    await using store = await redisStore({ client, namespace })
    client.destroy()
    await expect(store.commit([{ type: 'put', at, value: {} }])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      maybeCommitted: false,
    })
  })
})

describe.skipIf(!redis.available)('a client of one’s own that is being closed', () => {
  test('sends nothing more, and says so', async () => {
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    await using store = await redisStore({ client, namespace })
    const waiting = client.sendCommand(['BLPOP', `${namespace}:nothing`, '0.3'])
    const closing = client.close()
    expect(client.isReady).toBe(true)
    await expect(store.commit([{ type: 'put', at, value: {} }])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      maybeCommitted: false,
    })
    await Promise.all([waiting, closing])
  })
})

describe.skipIf(!redis.available)('names and values', () => {
  test('that look like parts of the layout are plain text', async () => {
    const { url, name: namespace } = await redis.open()
    await using store = await redisStore({ url, namespace })
    const names = ['{x}', '}:records:c', '@1 2 {}', ' ', '-', '+', '(a', '[a', ':', '*', 'é', '\u{10ffff}']
    const changes = names.flatMap((collection) =>
      names.map((key) => ({ type: 'put', at: { collection, key }, value: { text: `@1 ${key} {}` } }) as const),
    )
    await store.commit(changes)
    const answer = await store.get(changes.map((change) => change.at))
    expect(answer.map((entry) => entry?.value)).toEqual(changes.map((change) => change.value))
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const name of names) {
      expect((await store.list(name, { limit: 99 })).map(({ key }) => key)).toEqual(sorted)
    }
    expect(await store.collections({ limit: 99 })).toEqual(sorted)
  })

  test('numbers and empty arrays come back as they went in: no script looks into a value', async () => {
    const { url, name: namespace } = await redis.open()
    await using store = await redisStore({ url, namespace })
    const value = { empty: [], object: {}, big: 9_007_199_254_740_991, small: 5e-324, float: 0.1, deep: [[[]]] }
    await store.commit([{ type: 'put', at, value }])
    expect((await store.get([at]))[0]?.value).toEqual(value)
  })
})
