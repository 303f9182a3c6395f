import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blobCases } from '../conformance/index.ts'
import { directoryBlobStore } from './directory-blob-store.ts'
import { memoryBlobStore } from './memory-blob-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'threadkeep-blobs-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let made = 0
const fresh = () => join(directory, `${made++}`, 'blobs')

async function* of(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

describe('the memory blob store keeps the port', () => {
  for (const { name, run } of blobCases) test(name, () => run({ open: async (clock) => memoryBlobStore({ clock }) }))
})

describe('the directory blob store', () => {
  describe('keeps the port', () => {
    for (const { name, run } of blobCases)
      test(name, () => run({ open: async (clock) => directoryBlobStore({ path: fresh(), clock }) }))
  })

  test('finds what another process has put, and leaves nothing else behind', async () => {
    const path = fresh()
    const first = directoryBlobStore({ path })
    await first.put('att_ab', of('kept'), { maxBytes: 9 })
    await first.put('att_cd', of('too long by far'), { maxBytes: 9 }).catch(() => {})
    await first.close()
    const second = directoryBlobStore({ path })
    expect(await Array.fromAsync(second.list())).toEqual([await second.info('att_ab')])
    expect(readdirSync(join(path, 'incoming'))).toEqual([])
  })

  test('removes what a writer that crashed left a day ago, and nothing younger', async () => {
    const path = fresh()
    const blobs = directoryBlobStore({ path })
    await blobs.put('a', of('x'), { maxBytes: 9 })
    writeFileSync(join(path, 'incoming', 'old'), 'half')
    writeFileSync(join(path, 'incoming', 'young'), 'half')
    const yesterday = Date.now() / 1000 - 25 * 3600
    utimesSync(join(path, 'incoming', 'old'), yesterday, yesterday)
    await directoryBlobStore({ path }).put('b', of('x'), { maxBytes: 9 })
    expect(readdirSync(join(path, 'incoming'))).toEqual(['young'])
  })

  test('a damaged or shortened file is CORRUPT, never other bytes', async () => {
    const path = fresh()
    const blobs = directoryBlobStore({ path })
    await blobs.put('att_ab', of('as it was'), { maxBytes: 9 })
    const file = join(path, 'blobs', 'ab', 'att_ab')
    writeFileSync(file, Buffer.concat([Buffer.from('AS it was'), Buffer.alloc(32)]))
    await expect(Array.fromAsync(await blobs.read('att_ab'))).rejects.toMatchObject({ code: 'CORRUPT' })
    truncateSync(file, 10)
    await expect(blobs.read('att_ab')).rejects.toMatchObject({ code: 'CORRUPT' })
    await expect(blobs.info('att_ab')).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  test('has nothing before the first blob', async () => {
    const blobs = directoryBlobStore({ path: fresh() })
    expect(await Array.fromAsync(blobs.list())).toEqual([])
    expect(await blobs.info('a')).toBeUndefined()
  })

  test('a blob that goes while it is read ends the read, with what happened', async () => {
    const path = fresh()
    const blobs = directoryBlobStore({ path })
    await blobs.put('att_ab', of('x'.repeat(200_000)), { maxBytes: 200_000 })
    const deleted = await blobs.read('att_ab')
    const shortened = (await blobs.read('att_ab'))[Symbol.asyncIterator]()
    expect((await shortened.next()).value).toHaveLength(64 * 1024)
    truncateSync(join(path, 'blobs', 'ab', 'att_ab'), 70_000)
    await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => shortened })).rejects.toMatchObject({
      code: 'CORRUPT',
    })
    await blobs.delete('att_ab')
    await expect(Array.fromAsync(deleted)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a directory that cannot be used says so', async () => {
    const path = fresh()
    const file = join(directory, 'a-file')
    writeFileSync(file, '')
    const blobs = directoryBlobStore({ path: join(file, path) })
    for (const call of [
      () => blobs.put('a', of('x'), { maxBytes: 9 }),
      () => blobs.info('a'),
      () => blobs.delete('a'),
      () => Array.fromAsync(blobs.list()),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
