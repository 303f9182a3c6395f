import type { SearchDocument, SearchIndex } from '@threadkeep/core'
import { manualClock } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mongoSearchIndex } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('a search index on MongoDB', () => {
  let client: MongoClient
  beforeAll(async () => {
    client = await new MongoClient(mongodb.url).connect()
  })
  afterAll(() => client.close())

  const document = (messageId: string, text: string, rest: Partial<SearchDocument> = {}): SearchDocument => ({
    ...{ threadId: 't', messageId, seq: 1, authorId: 'ann', role: 'user', kind: 'message', createdAt: 1, text },
    ...rest,
  })
  const put = (index: SearchIndex, ...documents: readonly SearchDocument[]) =>
    index.apply(documents.map((one) => ({ type: 'put', document: one })))

  test('files a message under its words, the beginnings of them, and what is more than a word', async () => {
    const { name } = await mongodb.open()
    await using index = await mongoSearchIndex({ client, database: name })
    await put(index, document('m', 'Try C++ in 東京', { threadId: 'a:b' }))
    const filed = await client.db(name).collection('threadkeep.search').findOne({ tokens: '東京' })
    expect(filed).toMatchObject({ _id: 'a%3Ab:m', threadId: 'a:b', text: 'Try C++ in 東京' })
    expect([...filed!['tokens']].toSorted()).toEqual(
      ['=c++', '=東', '=京', '^in', '^tr', '^try', 'c', 'in', 'try', '東京'].toSorted(),
    )
  })

  test('two processes write and read one index', async () => {
    const { name } = await mongodb.open()
    await using first = await mongoSearchIndex({ client, database: name })
    await using second = await mongoSearchIndex({ client, database: name })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        put(n % 2 ? first : second, document(`m${n}`, 'word'), document('shared', `word number${n}`)),
      ),
    )
    expect(await first.query({ text: 'word', limit: 50 })).toHaveLength(11)
    expect(await second.query({ text: 'word', limit: 50 })).toEqual(await first.query({ text: 'word', limit: 50 }))
  })

  test('the server removes what has expired an hour later, and never what has not', async () => {
    const { name } = await mongodb.open()
    const clock = manualClock(5_000)
    await using index = await mongoSearchIndex({ client, database: name, clock })
    await put(
      index,
      document('soon', 'word', { expiresAt: clock.now() + 60_000 }),
      document('past', 'word', { expiresAt: -8.64e15 }),
      document('late', 'word', { expiresAt: 8.64e15 }),
    )
    const filed = await client.db(name).collection('threadkeep.search').find().toArray()
    const hours = Object.fromEntries(
      filed.map(({ messageId, removeAt }) => [messageId, removeAt && Math.round((removeAt - Date.now()) / 3_600_000)]),
    )
    expect(hours).toEqual({ soon: 1, past: 1, late: undefined })
  })

  test('deletes and puts of one call keep their order, however many there are', async () => {
    const { name } = await mongodb.open()
    await using index = await mongoSearchIndex({ client, database: name })
    await index.apply([
      { type: 'put', document: document('a', 'word') },
      { type: 'deleteThread', threadId: 't' },
      { type: 'put', document: document('b', 'word') },
      { type: 'put', document: document('c', 'word', { threadId: 'u' }) },
      { type: 'deleteThread', threadId: 'u' },
      { type: 'deleteThread', threadId: 't' },
      { type: 'put', document: document('b', 'word again') },
    ])
    expect((await index.query({ text: 'word', limit: 9 })).map(({ messageId }) => messageId)).toEqual(['b'])
  })

  test('an index that is not ours is refused', async () => {
    const { name } = await mongodb.open()
    await client.db(name).collection('threadkeep.search').createIndex({ tokens: 1 }, { name: 'tokens' })
    await expect(mongoSearchIndex({ client, database: name })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })
})
