import type { EnumerableStore } from '@threadkeep/core/store'
import { isStandIn } from '@threadkeep/test-support/faulty-mongodb'
import { canOwn, ownServer, service } from '@threadkeep/test-support/services'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')
const at = { collection: 'messages:t', key: 'k' }

describe.skipIf(!mongodb.available)('opening a MongoDB store', () => {
  let client: MongoClient
  beforeAll(async () => {
    client = await new MongoClient(mongodb.url).connect()
  })
  afterAll(() => client.close())

  const write = (store: EnumerableStore) =>
    store.commit([{ type: 'put', at, value: { n: 1 }, expiresAt: Date.now() + 60_000 }])

  test('a client of the caller’s stays open, one of the store’s own is closed', async () => {
    const { url, name } = await mongodb.open()
    const store = await mongoStore({ client, database: name })
    await write(store)
    await store.close()
    expect(await client.db(name).collection('messages').countDocuments()).toBe(1)
    const own = await mongoStore({ url })
    await own.close()
    await expect(own.get([at])).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('options of the caller’s client for values do not reach the store', async () => {
    const strange = await new MongoClient(mongodb.url, {
      promoteValues: false,
      ignoreUndefined: true,
      readPreference: 'secondaryPreferred',
      writeConcern: { w: 0 },
    }).connect()
    const { name } = await mongodb.open()
    const store = await mongoStore({ client: strange, database: name })
    const value = { n: 1, big: 2 ** 40, half: 0.5, list: [1, '1'] }
    await store.commit([
      { type: 'put', at, value },
      { type: 'put', at: { ...at, key: 'l' }, value },
    ])
    expect((await store.get([at]))[0]?.value).toEqual(value)
    expect((await store.list(at.collection, { limit: 2 })).map((entry) => entry.value)).toEqual([value, value])
    await store.close()
    await strange.close()
  })

  test('the database is the one of the URL, unless another is named', async () => {
    const { url, name } = await mongodb.open()
    const first = await mongoStore({ url })
    await write(first)
    await first.close()
    expect(await client.db(name).collection('messages').countDocuments()).toBe(1)
    const second = await mongoStore({ url, database: `${name}_other` })
    expect(await second.get([at])).toEqual([undefined])
    await second.close()
  })

  test('closing waits for the calls under way', async () => {
    const { url } = await mongodb.open()
    const store = await mongoStore({ url })
    const commits = Array.from({ length: 20 }, (_, n) =>
      store.commit([{ type: 'put', at: { collection: `c${n % 3}`, key: `${n}` }, value: { n } }]),
    )
    const reading = store.get([at])
    await store.close()
    expect((await Promise.all(commits)).every(({ ok }) => ok)).toBe(true)
    expect(await reading).toEqual([undefined])
  })

  test('indexes that were lost are made again, and indexes that differ are refused with what to do', async () => {
    const { name } = await mongodb.open()
    const messages = client.db(name).collection('messages')
    const open = () => mongoStore({ client, database: name })
    await write(await open())
    await messages.dropIndex('address')
    await (await open()).close()
    expect((await messages.indexes()).map((index) => index.name)).toContain('address')
    await messages.dropIndex('address')
    await messages.createIndex({ scope: 1, key: -1 }, { name: 'address' })
    await expect(open()).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringMatching(/messages .*address.*Drop/),
    })
    await messages.dropIndex('address')
    await messages.dropIndex('expiry')
    await messages.createIndex({ removeAt: 1 }, { name: 'expiry', expireAfterSeconds: 60, sparse: true })
    await expect(open()).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    await messages.dropIndex('expiry')
    const store = await open()
    expect(await store.get([at])).toMatchObject([{ value: { n: 1 } }])
  })

  test('a collection that would sort or forget in its own way is refused', async () => {
    const { name } = await mongodb.open()
    const db = client.db(name)
    await db.createCollection('messages', { collation: { locale: 'fr' } })
    const store = await mongoStore({ client, database: name })
    await expect(write(store)).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('messages'),
    })
  })

  test('what cannot work is refused at once, in words', async () => {
    const options: readonly [object, string, RegExp][] = [
      [{}, 'INVALID', /url or a client/],
      [{ url: 'redis://localhost' }, 'MISCONFIGURED', /no MongoDB URL/],
      [{ url: mongodb.url, database: 'admin' }, 'MISCONFIGURED', /Choose another/],
      [{ url: mongodb.url, deadline: 0 }, 'INVALID', /deadline/],
      [{ url: mongodb.url, deadline: Number.NaN }, 'INVALID', /deadline/],
    ]
    for (const [given, code, message] of options) {
      await expect(mongoStore(given as never)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    }
    const careless = new MongoClient(mongodb.url, { retryWrites: false })
    await expect(mongoStore({ client: careless })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('retryWrites'),
    })
    await careless.close()
  })

  test('a server that is too old is refused with the version it takes', async () => {
    // As MongoDB 5.0 tells of itself.
    const old = {
      options: client.options,
      db: (name: string) => ({
        command: async (command: object) => ({ ...(await client.db(name).command(command)), maxWireVersion: 13 }),
      }),
    }
    await expect(mongoStore({ client: old as never })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('MongoDB 6.0 or later'),
    })
  })

  test('a server that is not there: UNAVAILABLE within the deadline', async () => {
    const before = performance.now()
    await expect(mongoStore({ url: 'mongodb://127.0.0.1:1/?replicaSet=rs0', deadline: 300 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('--replSet'),
    })
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

// mongod is standalone when no replica set is named; the stand-in has an option for it.
describe.skipIf(!isStandIn || !(await canOwn('mongodb')))('a standalone server', () => {
  test('is refused with the way to a replica set', async () => {
    await using server = await ownServer('mongodb', {
      args: ['--standalone'],
      url: (url) => url.replace(/\?.*/, ''),
    })
    await expect(mongoStore({ url: server.url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringMatching(/replica set of one.*--replSet rs0.*rs\.initiate/),
    })
  })
})
