import { createHash } from 'node:crypto'
import type { BlobStore } from '@threadkeep/core'
import { manualClock } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import type { Db } from 'mongodb'
import { GridFSBucket, MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gridFsBlobStore } from '../src/index.ts'

const mongodb = await service('mongodb')
const chunk = 255 * 1024
const day = 86_400_000

function bytesFor(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, x = seed; i < length; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = x >>> 24
  }
  return bytes
}

async function* inParts(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(Uint8Array.from(part))
  return Buffer.concat(parts)
}

async function listed<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(!mongodb.available)('a GridFS blob store', () => {
  const clock = manualClock(Date.now())
  const maxBytes = 6_000_000
  let client: MongoClient
  let store: BlobStore
  let db: Db

  beforeAll(async () => {
    client = await new MongoClient(mongodb.url).connect()
  })
  afterAll(() => client.close())
  beforeEach(async () => {
    const { name } = await mongodb.open()
    db = client.db(name)
    store = await gridFsBlobStore({ client, database: name, clock })
    return () => store.close()
  })

  const count = (name: string) => db.collection(`threadkeep.blobs.${name}`).countDocuments()
  const put = (key: string, bytes: Uint8Array) => store.put(key, inParts(bytes), { maxBytes })
  const read = async (key: string, range = {}) => collect(await store.read(key, range))

  test.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 7, 20 * chunk])(
    'keeps %i bytes as they are',
    async (length) => {
      const bytes = bytesFor(length)
      const info = { key: 'a', size: length, sha256: sha256(bytes), modifiedAt: clock.now() }
      expect(await put('a', bytes)).toEqual(info)
      expect(await store.info('a')).toEqual(info)
      expect((await read('a')).equals(bytes)).toBe(true)
      expect(await listed(store.list())).toEqual([info])
      expect(await count('loose')).toBe(0)
    },
  )

  test('cuts ranges to the byte, across chunks and beyond the end', async () => {
    const bytes = bytesFor(3 * chunk + 100)
    await put('a', bytes)
    const bounds = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 99, 3 * chunk + 100, 4 * chunk]
    for (const start of bounds) {
      expect((await read('a', { start })).equals(bytes.subarray(start))).toBe(true)
      for (const end of bounds) {
        expect((await read('a', { start, end })).equals(bytes.subarray(start, Math.max(start, end)))).toBe(true)
      }
    }
  })

  test('is read by GridFS itself', async () => {
    const bytes = bytesFor(2 * chunk + 5)
    await put('picture', bytes)
    const bucket = new GridFSBucket(db, { bucketName: 'threadkeep.blobs' })
    expect((await collect(bucket.openDownloadStreamByName('picture'))).equals(bytes)).toBe(true)
  })

  test('an upload that fails, is too large or is given up leaves nothing, and what was there stays', async () => {
    const before = bytesFor(2 * chunk)
    await put('a', before)
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytesFor(2 * chunk, 2)
      throw new Error('the sender has gone')
    }
    await expect(store.put('a', broken(), { maxBytes })).rejects.toThrow('the sender has gone')
    let asked = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked++
        yield bytesFor(100_000, 3)
      }
    }
    await expect(store.put('a', endless(), { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(asked).toBe(11)
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield bytesFor(2 * chunk, 4)
      await new Promise(() => {})
    }
    const controller = new AbortController()
    const silenced = store.put('a', silent(), { maxBytes, signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await expect(silenced).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await read('a')).equals(before)).toBe(true)
    expect([await count('files'), await count('chunks'), await count('loose')]).toEqual([1, 2, 0])
  })

  test('what is no bytes is refused, and a source that fails is heard also where a signal was given', async () => {
    const { signal } = new AbortController()
    async function* texts(): AsyncGenerator<Uint8Array> {
      yield bytesFor(2 * chunk)
      yield 'text' as never
    }
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytesFor(2 * chunk)
      throw new Error('the sender has gone')
    }
    await expect(store.put('a', texts(), { maxBytes })).rejects.toMatchObject({ code: 'INVALID' })
    await expect(store.put('a', broken(), { maxBytes, signal })).rejects.toThrow('the sender has gone')
    expect([await count('files'), await count('chunks'), await count('loose')]).toEqual([0, 0, 0])
  })

  test('an upload of more than a day may have lost its chunks to a listing: it is refused, and what was there stays', async () => {
    await put('a', bytesFor(chunk))
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield bytesFor(2 * chunk, 2)
      clock.advance(day)
      await listed(store.list())
      yield bytesFor(chunk, 3)
    }
    await expect(store.put('a', slow(), { maxBytes })).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false })
    expect((await read('a')).equals(bytesFor(chunk))).toBe(true)
  })

  test('are listed whole and in order, however many there are', async () => {
    await put('b0250', bytesFor(10))
    const files = db.collection('threadkeep.blobs.files')
    const file = (await files.findOne({ filename: 'b0250' }))!
    const { _id, ...rest } = file
    const names = Array.from({ length: 1_001 }, (_, n) => `b${String(n).padStart(4, '0')}`)
    await files.insertMany(names.filter((name) => name !== 'b0250').map((filename) => ({ ...rest, filename })))
    expect((await listed(store.list())).map(({ key }) => key)).toEqual(names)
  })

  test('of many puts of one key at once one remains, whole, with nothing left over', async () => {
    const puts = await Promise.all(Array.from({ length: 8 }, (_, n) => put('a', bytesFor(chunk + n, n))))
    const info = await store.info('a')
    expect(puts).toContainEqual(info)
    expect(sha256(await read('a'))).toBe(info?.sha256)
    expect([await count('files'), await count('chunks'), await count('loose')]).toEqual([1, 2, 0])
  })

  test('a blob that is replaced or deleted while it is read ends the reading, and is never mixed', async () => {
    for (const end of [() => put('a', bytesFor(20 * chunk, 9)), () => store.delete('a')]) {
      await put('a', bytesFor(20 * chunk, 1))
      const reading = (await store.read('a'))[Symbol.asyncIterator]()
      await reading.next()
      await end()
      const rest = (async () => {
        while (!(await reading.next()).done);
      })()
      await expect(rest).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    }
    await expect(store.read('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.delete('a')
    expect([await count('files'), await count('chunks'), await count('loose')]).toEqual([0, 0, 0])
  })

  test('damage is noticed', async () => {
    await put('a', bytesFor(3 * chunk))
    const chunks = db.collection('threadkeep.blobs.chunks')
    await chunks.updateOne({ n: 1 }, { $set: { data: bytesFor(chunk, 7) } })
    await expect(read('a')).rejects.toMatchObject({ code: 'CORRUPT', details: { key: 'a' } })
    await chunks.updateOne({ n: 1 }, { $set: { data: bytesFor(chunk - 1, 7) } })
    await expect(read('a', { start: 1 })).rejects.toMatchObject({ code: 'CORRUPT' })
    await chunks.deleteOne({ n: 1 })
    await expect(read('a', { start: 1 })).rejects.toMatchObject({ code: 'CORRUPT' })
    await chunks.deleteMany({})
    await expect(read('a', { end: 1 })).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  test('what a crash left behind is removed by the next listing after a day, and nothing else', async () => {
    await put('kept', bytesFor(chunk))
    const loose = db.collection<{ _id: string; since: number }>('threadkeep.blobs.loose')
    const chunks = db.collection('threadkeep.blobs.chunks')
    for (const [_id, since] of [
      ['crashed', clock.now() - day],
      ['deleted', 0],
      ['under way', clock.now() - day + 1_000],
    ] as const) {
      await loose.insertOne({ _id, since })
      await chunks.insertOne({ files_id: _id as never, n: 0, data: Buffer.from('x') })
    }
    expect((await listed(store.list())).map(({ key }) => key)).toEqual(['kept'])
    expect((await loose.find().toArray()).map(({ _id }) => _id)).toEqual(['under way'])
    expect([await count('files'), await count('chunks')]).toEqual([1, 2])
  })

  test('after close a blob that is being read ends with CLOSED', async () => {
    await put('a', bytesFor(20 * chunk))
    const reading = (await store.read('a'))[Symbol.asyncIterator]()
    await reading.next()
    await store.close()
    await store.close()
    const rest = (async () => {
      while (!(await reading.next()).done);
    })()
    await expect(rest).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
