import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { JsonObject } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { compressionNames } from './compression-algorithms.ts'
import { withCompression } from './with-compression.ts'

conform('withCompression', { wrap: () => withCompression({ minSizeBytes: 0 }) })

const at = { collection: 'c', key: 'k' }
const text = 'the same words again and again, '.repeat(200)

async function stored(value: JsonObject, options = {}) {
  const base = memoryStore()
  const store = stack(base, [withCompression(options)])
  await store.commit([{ type: 'put', at, value }])
  expect((await store.get([at]))[0]?.value).toEqual(value)
  expect((await store.list('c', { limit: 1 }))[0]?.value).toEqual(value)
  return (await base.get([at]))[0]!.value
}

/** What a reader makes of what somebody else left in the store. */
async function read(value: JsonObject, options = {}) {
  const base = memoryStore()
  await base.commit([{ type: 'put', at, value }])
  return (await stack(base, [withCompression(options)]).get([at]))[0]?.value
}

const envelope = (data: Buffer, algorithm = 'gzip') => ({
  __compressed_data__: data.toString('base64'),
  __compression_algorithm__: algorithm,
  __compression_version__: 1,
})

test.each(compressionNames)('%s makes values smaller, and every reader knows it', async (algorithm) => {
  const value = { text, emoji: '😀\u0000' }
  const small = await stored(value, { algorithm })
  expect(small).toMatchObject({ __compression_algorithm__: algorithm, __compression_version__: 1 })
  expect(JSON.stringify(small).length).toBeLessThan(JSON.stringify(value).length / 10)
  for (const other of compressionNames) expect(await read(small, { algorithm: other })).toEqual(value)
})

test('zstd is the default', async () => {
  expect(await stored({ text })).toMatchObject({ __compression_algorithm__: 'zstd' })
})

test('short values, and those that would not shrink, are stored as they are', async () => {
  const short = { text: 'a'.repeat(1000) }
  expect(await stored(short)).toEqual(short)
  expect(await stored({ text: 'a'.repeat(1024) })).not.toHaveProperty('text')
  expect(await stored({ text: '中'.repeat(342) })).not.toHaveProperty('text')
  const noise = { noise: Array.from({ length: 800 }, () => Math.floor(Math.random() * 36).toString(36)).join('') }
  expect(await stored(noise, { minSizeBytes: 0 })).toHaveProperty('noise')
})

test('a value that looks like an envelope comes back as it is', async () => {
  const lookalikes: JsonObject[] = [
    envelope(gzipSync('{"forged":true}')),
    { __compressed_data__: 'short' },
    { __compressed_data__: null, __compression_version__: 1 },
    { __compression_algorithm__: 'zstd', __compression_version__: 1 },
    { nested: envelope(gzipSync('{}')) },
  ]
  for (const value of lookalikes) await stored(value)
  const [first] = lookalikes
  expect(await stored(await stored(first!))).toBeDefined()
})

describe('CORRUPT, naming the record', () => {
  const good = { __compression_version__: 1, __compression_algorithm__: 'zstd' }
  const zipped = zstdCompressSync('{"text":"hello hello hello hello"}')
  const data = zipped.toString('base64')
  test.each<[string, JsonObject]>([
    ['cut short', envelope(zipped.subarray(0, -3), 'zstd')],
    ['empty', envelope(Buffer.alloc(0), 'zstd')],
    ['another compression', envelope(zipped, 'gzip')],
    ['unknown compression', envelope(zipped, 'lzma')],
    ['a name from the prototype', envelope(zipped, 'constructor')],
    ['unknown version', { ...good, __compressed_data__: data, __compression_version__: 2 }],
    ['no version', { __compressed_data__: data }],
    ['data that is no text', { ...good, __compressed_data__: { length: 3 } }],
    ['text that is not base64', { ...good, __compressed_data__: `${data.slice(0, -2)}*=` }],
    ['no JSON inside', envelope(gzipSync('not JSON'))],
    ['no object inside', envelope(gzipSync('[1,2]'))],
    ['null inside', envelope(brotliCompressSync('null'), 'brotli')],
  ])('%s', async (_what, value) => {
    await expect(read(value)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('"k" in "c"'),
      details: at,
    })
  })

  test('a single changed bit', async () => {
    const whole = await stored({ text })
    const bytes = Buffer.from(whole['__compressed_data__'] as string, 'base64')
    for (let n = 4; n < bytes.length; n++) {
      const changed = Buffer.from(bytes)
      changed[n]! ^= 1
      await expect(read(envelope(changed, 'zstd')), `byte ${n}`).rejects.toMatchObject({ code: 'CORRUPT' })
    }
  })

  test('the error never quotes what is inside', async () => {
    const error = await read(envelope(gzipSync('secret words'))).catch((caught: unknown) => caught)
    expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain('secret')
  })
})

test('a bomb is refused before it fills the memory', async () => {
  const bomb = Buffer.from(`{"text":"${'a'.repeat(50_000_000)}"}`)
  for (const [name, data] of [
    ['zstd', zstdCompressSync(bomb)],
    ['gzip', gzipSync(bomb)],
    ['brotli', brotliCompressSync(bomb, { params: { [1]: 2 } })],
  ] as const) {
    const reading = read(envelope(data, name), { maxSizeBytes: 1_000_000 })
    await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('beyond 1000000') })
  }
})

test('what could not be read back is not written', async () => {
  const base = memoryStore()
  const store = stack(base, [withCompression({ maxSizeBytes: 1000 })])
  await expect(store.commit([{ type: 'put', at, value: { text } }])).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(await base.get([at])).toEqual([undefined])
})

test('records of py-key-value are read, and gzip ones are written for it', async () => {
  const theirs = {
    __compressed_data__: 'H4sIAIdsAWsE/6tWKkmtKFGyUkpMSlagJlbSUUrNzc/KBBodU5piYZwCJFMNDJRqAaoBnxdyAAAA',
    __compression_algorithm__: 'gzip',
    __compression_version__: 1,
  }
  expect(await read(theirs)).toEqual({ text: 'abc '.repeat(20), emoji: '😀' })
})

test('versions and expiry stay as they are', async () => {
  const base = memoryStore()
  const store = stack(base, [withCompression({ minSizeBytes: 0 })])
  const expiresAt = Date.now() + 60_000
  const result = await store.commit([{ type: 'put', at, value: { text }, expiresAt }])
  const [entry] = await store.get([at])
  expect(entry).toEqual({ ...at, value: { text }, version: result.ok && result.version, expiresAt })
})

test('options that make no sense are refused', () => {
  for (const options of [
    { algorithm: 'lzma' },
    { minSizeBytes: -1 },
    { maxSizeBytes: 0 },
    { minSizeBytes: 1.5 },
    { maxSizeBytes: 2 ** 40 },
  ]) {
    expect(() => withCompression(options as never)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})
