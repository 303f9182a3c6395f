import type { EnumerableStore, JsonObject, Version } from '@threadkeep/core/store'
import { manualClock } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import type { Db } from 'mongodb'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('the documents of a MongoDB store', () => {
  const hour = 3_600_000
  let client: MongoClient
  let store: EnumerableStore
  let db: Db
  let clock = manualClock(Date.now())

  beforeAll(async () => {
    client = await new MongoClient(mongodb.url).connect()
  })
  afterAll(() => client.close())
  beforeEach(async () => {
    const { name } = await mongodb.open()
    clock = manualClock(Date.now())
    store = await mongoStore({ client, database: name, clock })
    db = client.db(name)
    return () => store.close()
  })

  const put = (collection: string, key: string, value: JsonObject, expiresAt?: number) =>
    store.commit([{ type: 'put', at: { collection, key }, value, ...(expiresAt !== undefined && { expiresAt }) }])

  test('read like what they are: one collection for each kind, the value as it is', async () => {
    const result = await put('messages:th_1', '000000000042', {
      role: 'user',
      content: 'Hello',
      tags: ['a', 'b'],
      n: 1.5,
    })
    expect(await db.collection('messages').find({ 'value.tags': 'b', scope: 'th_1' }).toArray()).toEqual([
      {
        _id: 'th_1:000000000042',
        scope: 'th_1',
        key: '000000000042',
        value: { role: 'user', content: 'Hello', tags: ['a', 'b'], n: 1.5 },
        version: result.ok && result.version,
      },
    ])
    await put('users', 'u_1', { name: 'Ada' }, clock.now() + hour)
    expect(await db.collection('users').findOne({ 'value.name': 'Ada' })).toMatchObject({
      _id: ':u_1',
      scope: '',
      expiresAt: new Date(clock.now() + hour),
    })
  })

  test('hold as JSON text only what BSON or the driver would change', async () => {
    const awkward: Readonly<Record<string, JsonObject>> = {
      'a name with NUL': { 'a\u0000b': 1 },
      'a type of the driver': { _bsontype: 'ObjectId', id: 'x' },
      'a reference of the driver': { deep: [{ $ref: 'c', $id: 1 }] },
      'a name of the language': JSON.parse('{"__proto__":{"a":1}}') as JsonObject,
      'nesting beyond what MongoDB takes': JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as JsonObject,
    }
    for (const [key, value] of Object.entries(awkward)) {
      await put('c', key, value)
      expect(await db.collection('c').findOne({ key }, { projection: { value: 1, json: 1, _id: 0 } })).toEqual({
        json: JSON.stringify(value),
      })
    }
    const natural = {
      $where: '1',
      'a.b': 2,
      '': 3,
      $id: 4,
      $oid: 'x',
      toBSON: 'y',
      text: '\u0000',
      big: 2 ** 53,
      zero: -0,
    }
    await put('c', 'natural', natural)
    expect((await db.collection('c').findOne({ key: 'natural' }))?.['value']).toEqual(natural)
  })

  test('no two addresses share a document, whatever their names', async () => {
    const odd = [
      '',
      ':',
      'a',
      'a:',
      'a::',
      'a:b',
      'a%3Ab',
      'a%',
      '%',
      '\u{10ffff}',
      '.a',
      'a.',
      'a..b',
      'system.x',
      'a$b',
    ]
    const addresses = odd.flatMap((name) => [
      ...['k', ':k', 'b:k'].map((key) => ({ collection: `kind${name}`, key })),
      ...(name === '' ? [] : [{ collection: name, key: 'k' }]),
      ...['threadkeep', 'threadkeep.kinds', 'threadkeep.other', 'system.users'].map((kind) => ({
        collection: `${kind}${name}`,
        key: 'k',
      })),
    ])
    const unique = [...new Map(addresses.map((at) => [JSON.stringify(at), at])).values()]
    await store.commit(unique.map((at, n) => ({ type: 'put', at, value: { n } })))
    expect((await store.get(unique)).map((entry) => entry?.value['n'])).toEqual(unique.map((_, n) => n))
    const names = [...new Set(unique.map(({ collection }) => collection))]
    expect((await store.collections({ limit: 10_000 })).toSorted()).toEqual(names.toSorted())
  })

  test('are removed by the server an hour after they expired, by its own clock, however wrong the store’s is', async () => {
    clock.set(1_000_000)
    await put('c', 'k', {}, clock.now() + hour)
    const { removeAt } = (await db.collection('c').findOne({ key: 'k' })) as unknown as { removeAt: Date }
    expect(Math.abs(removeAt.getTime() - (Date.now() + 2 * hour))).toBeLessThan(60_000)
    expect(await db.collection('c').indexes()).toContainEqual(
      expect.objectContaining({ key: { removeAt: 1 }, expireAfterSeconds: 0, sparse: true }),
    )
  })

  test('get an index for removal only where something expires', async () => {
    await put('c', 'k', {})
    const names = async () => (await db.collection('c').indexes()).map(({ name }) => name)
    expect(await names()).toEqual(['_id_', 'address'])
    await put('c', 'l', {}, clock.now() + hour)
    expect(await names()).toEqual(['_id_', 'address', 'expiry'])
  })

  test('of records that were only checked carry a mark of it and are else unchanged', async () => {
    const first = await put('c', 'k', { n: 1 })
    const version = first.ok ? first.version : null
    const second = await store.commit([
      { type: 'check', at: { collection: 'c', key: 'k' }, version },
      { type: 'check', at: { collection: 'c', key: 'nothing' }, version: null },
      { type: 'put', at: { collection: 'c', key: 'l' }, value: {} },
    ])
    expect(await db.collection('c').findOne({ key: 'k' })).toMatchObject({
      value: { n: 1 },
      version,
      touched: second.ok && second.version,
    })
    expect(await db.collection('c').countDocuments()).toBe(2)
  })

  test('that somebody else wrote are CORRUPT, by name', async () => {
    await put('c', 'k', {})
    await db.collection('c').insertOne({ _id: ':foreign' as never, scope: '', key: 'foreign', text: 'no value' })
    const foreign = { collection: 'c', key: 'foreign' }
    await expect(store.get([foreign])).rejects.toMatchObject({ code: 'CORRUPT', details: foreign })
  })

  test('are named by pages as collections, whatever the form of their names', async () => {
    const names = [
      'a',
      'a:',
      'a:b',
      'a:b:c',
      'a:c',
      'ab',
      'ab:x',
      '.a',
      '.a:b',
      'system.a',
      '$',
      '$:x',
      'threadkeep.kinds',
      'z',
    ]
    const sorted = names.toSorted()
    await store.commit(names.map((collection) => ({ type: 'put', at: { collection, key: 'k' }, value: {} })))
    for (const prefix of ['', 'a', 'a:', 'a:b', 'ab', '.', '$', 'q']) {
      const found: string[] = []
      for (let after: string | undefined; ; ) {
        const [name] = await store.collections({ prefix, ...(after !== undefined && { after }), limit: 1 })
        if (name === undefined) break
        found.push(name)
        after = name
      }
      expect(found, prefix).toEqual(sorted.filter((name) => name.startsWith(prefix)))
    }
  })

  test('of one turn that are more than a transaction takes are written all the same, each commit whole', async () => {
    const puts = (collection: string) =>
      Array.from({ length: 400 }, (_, n) => ({ type: 'put', at: { collection, key: `${n}` }, value: { n } }) as const)
    const taken = { type: 'check', at: { collection: 'a', key: 'none' }, version: 'nobody’s' as Version } as const
    // A kind that is new has to be made first, and its commits wait for that.
    for (const name of ['a', 'b', 'c', 'd']) await put(name, '0', {})
    const results = await Promise.all([
      ...['a', 'b', 'c'].map((name) => store.commit(puts(name))),
      store.commit([...puts('d'), taken]),
    ])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false])
    const held = (name: string) => db.collection(name).countDocuments()
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(held))).toEqual([400, 400, 400, 1])
  })

  test('that commits of one turn rely on are touched once, and still no rival changes them unseen', async () => {
    const first = await put('c', 'gate', {})
    const version = first.ok ? first.version : null
    const gate = { type: 'check', at: { collection: 'c', key: 'gate' }, version } as const
    const relying = ['x', 'y', 'z'].map((key) =>
      store.commit([gate, { type: 'put', at: { collection: 'c', key }, value: {} }]),
    )
    expect((await Promise.all(relying)).map(({ ok }) => ok)).toEqual([true, true, true])
    const writing = store.commit([gate, { type: 'put', at: gate.at, value: { open: true } }])
    const late = store.commit([gate, { type: 'put', at: { collection: 'c', key: 'late' }, value: {} }])
    expect([(await writing).ok, await late]).toEqual([true, { ok: false, conflict: gate.at }])
  })

  test('that are large, but not too large, are kept', async () => {
    const value = { text: 'x'.repeat(5_000_000) }
    expect((await put('c', 'large', value)).ok).toBe(true)
    expect((await store.get([{ collection: 'c', key: 'large' }]))[0]?.value).toEqual(value)
  })

  test('larger than MongoDB takes are refused, and nothing of the commit is written', async () => {
    const value = { text: '中'.repeat(5_600_000) }
    await expect(
      store.commit([
        { type: 'put', at: { collection: 'c', key: 'small' }, value: {} },
        { type: 'put', at: { collection: 'c', key: 'large' }, value },
      ]),
    ).rejects.toMatchObject({ code: 'TOO_LARGE', maybeCommitted: false, details: { key: 'large' } })
    expect(await store.list('c', { limit: 1 })).toEqual([])
  })
})
