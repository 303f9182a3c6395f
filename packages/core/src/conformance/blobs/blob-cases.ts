import { createHash } from 'node:crypto'
import type { BlobInfo, BlobStore } from '../../ports/blob-store.ts'
import type { Clock, ManualClock } from '../../store/clock.ts'
import { manualClock } from '../../store/clock.ts'
import { ok, rejects, same } from '../expect.ts'

/** How a case gets its blob store: fresh and empty at each call, telling time by `clock` as far as it can. The case closes it. */
export interface BlobFixture {
  open(clock: Clock): Promise<BlobStore>
}

/** One sentence of the port as a test: resolves when it holds, throws an `Error` that says what broke. */
export interface BlobCase {
  readonly name: string
  run(fixture: BlobFixture): Promise<void>
}

const many = { maxBytes: 10_000_000 }

function blobCase(name: string, body: (blobs: BlobStore, clock: ManualClock) => Promise<void>): BlobCase {
  return {
    name,
    async run(fixture) {
      const clock = manualClock(Date.now())
      const blobs = await fixture.open(clock)
      try {
        await body(blobs, clock)
      } finally {
        await blobs.close()
      }
    },
  }
}

async function* of(...chunks: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function text(blobs: BlobStore, key: string, range?: { start?: number; end?: number }): Promise<string> {
  return Buffer.concat(await Array.fromAsync(await blobs.read(key, range))).toString('latin1')
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that no encoding survives unchanged by luck. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half of ')
  throw new Error('the sender left')
}

/** Every sentence of the `BlobStore` port. */
export const blobCases: readonly BlobCase[] = [
  blobCase('what was put is read back, byte for byte, in whatever chunks it came', async (blobs, clock) => {
    const bytes = noise(300_000)
    const put = await blobs.put(
      'att_1',
      of(bytes.subarray(0, 1), bytes.subarray(1, 200_001), new Uint8Array(), bytes.subarray(200_001)),
      many,
    )
    same([put.key, put.size, put.sha256], ['att_1', 300_000, sha256(bytes)], 'the answer')
    ok(Math.abs(put.modifiedAt - clock.now()) < 60_000, 'the time is about now')
    const info = await blobs.info('att_1')
    same([info?.key, info?.size, info?.sha256], ['att_1', 300_000, sha256(bytes)], 'info says the same')
    const back = Buffer.concat(await Array.fromAsync(await blobs.read('att_1')))
    ok(back.equals(bytes), 'the bytes are the same')
  }),
  blobCase('an empty blob is a blob', async (blobs) => {
    same((await blobs.put('empty', of(), { maxBytes: 0 })).size, 0, 'put')
    same([(await blobs.info('empty'))?.size, (await blobs.info('empty'))?.sha256], [0, sha256('')], 'info')
    same(await text(blobs, 'empty'), '', 'read')
  }),
  blobCase('a range cuts what is read; what lies beyond the end is left out', async (blobs) => {
    await blobs.put('b', of('0123456789'), many)
    same(await text(blobs, 'b', { start: 3 }), '3456789', 'from')
    same(await text(blobs, 'b', { end: 3 }), '012', 'to, exclusive')
    same(await text(blobs, 'b', { start: 3, end: 5 }), '34', 'both')
    same(await text(blobs, 'b', { start: 8, end: 50 }), '89', 'beyond the end')
    same(await text(blobs, 'b', { start: 10 }), '', 'from the end')
    same(await text(blobs, 'b', { start: 99 }), '', 'from beyond it')
    same(await text(blobs, 'b', { start: 5, end: 5 }), '', 'nothing')
    same(await text(blobs, 'b', { start: 5, end: 2 }), '', 'backwards is nothing')
    const big = noise(200_000)
    await blobs.put('big', of(big), many)
    const cut = Buffer.concat(await Array.fromAsync(await blobs.read('big', { start: 65_000, end: 140_001 })))
    ok(cut.equals(big.subarray(65_000, 140_001)), 'across pieces')
    for (const bad of [-1, 1.5, Number.NaN]) {
      await rejects(() => blobs.read('b', { start: bad }), 'INVALID', `start ${bad}`)
      await rejects(() => blobs.read('b', { end: bad }), 'INVALID', `end ${bad}`)
    }
  }),
  blobCase('a second put replaces whole, longer or shorter', async (blobs) => {
    await blobs.put('b', of('a long first text'), many)
    await blobs.put('b', of('short'), many)
    same(await text(blobs, 'b'), 'short', 'nothing of the first is left')
    same((await blobs.info('b'))?.sha256, sha256('short'), 'nor of its checksum')
    await blobs.put('b', of(noise(200_000)), many)
    same((await blobs.info('b'))?.size, 200_000, 'longer')
  }),
  blobCase('more bytes than allowed stop with TOO_LARGE at once, and nothing is kept', async (blobs) => {
    let asked = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked++
        yield new Uint8Array(1_000)
      }
    }
    await rejects(() => blobs.put('b', endless(), { maxBytes: 2_500 }), 'TOO_LARGE', 'put')
    ok(asked <= 4, `it stopped reading, after ${asked} chunks`)
    same(await blobs.info('b'), undefined, 'nothing is there')
    same((await blobs.put('b', of(new Uint8Array(2_500)), { maxBytes: 2_500 })).size, 2_500, 'exactly as many are fine')
    await rejects(() => blobs.put('b', of(new Uint8Array(2_501)), { maxBytes: 2_500 }), 'TOO_LARGE', 'over an old one')
    same((await blobs.info('b'))?.size, 2_500, 'the old one stays')
  }),
  blobCase('a source that fails leaves nothing, or what was there before', async (blobs) => {
    const sent = await blobs.put('b', failing(), many).then(
      () => 'kept',
      (error) => String(error),
    )
    ok(sent.includes('the sender left'), `its own error comes out: ${sent}`)
    same(await blobs.info('b'), undefined, 'nothing')
    await blobs.put('b', of('whole'), many)
    await blobs.put('b', failing(), many).catch(() => {})
    same(await text(blobs, 'b'), 'whole', 'the old one')
    same((await Array.fromAsync(blobs.list())).length, 1, 'no rest of it is listed')
  }),
  blobCase('a put that is given up midway leaves nothing', async (blobs) => {
    const controller = new AbortController()
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      controller.abort()
      yield Buffer.from('b')
    }
    await rejects(() => blobs.put('b', slow(), { ...many, signal: controller.signal }), 'ABORTED', 'put')
    same(await blobs.info('b'), undefined, 'nothing is there')
  }),
  blobCase('what is not there: info is undefined, read is NOT_FOUND, delete is fine', async (blobs) => {
    same(await blobs.info('none'), undefined, 'info')
    await rejects(() => blobs.read('none'), 'NOT_FOUND', 'read')
    await blobs.delete('none')
    await blobs.put('b', of('x'), many)
    await blobs.delete('b')
    await blobs.delete('b')
    same(await blobs.info('b'), undefined, 'deleted')
    await rejects(() => blobs.read('b'), 'NOT_FOUND', 'deleted: read')
  }),
  blobCase('keys that core does not make are refused everywhere, and nothing happens', async (blobs) => {
    const bad = ['', '..', '../x', 'a/b', 'a\\b', 'A', 'a.b', 'a-b', 'é', 'a\0', 'x'.repeat(129), undefined, 1, null]
    for (const key of bad as string[]) {
      await rejects(() => blobs.put(key, of('x'), many), 'INVALID', `put ${key}`)
      await rejects(() => blobs.info(key), 'INVALID', `info ${key}`)
      await rejects(() => blobs.read(key), 'INVALID', `read ${key}`)
      await rejects(() => blobs.delete(key), 'INVALID', `delete ${key}`)
    }
    for (const key of ['a', '_', '0', 'x'.repeat(128)]) await blobs.put(key, of(key), many)
    for (const key of ['a', '_', '0', 'x'.repeat(128)])
      same(await text(blobs, key), key, 'the shortest and the longest')
    for (const maxBytes of [-1, 1.5, Number.NaN, undefined])
      await rejects(() => blobs.put('a', of('x'), { maxBytes: maxBytes as number }), 'INVALID', `maxBytes ${maxBytes}`)
  }),
  blobCase('all blobs are listed, each once, with what info says of them', async (blobs) => {
    const keys = Array.from({ length: 30 }, (_, n) => `blob_${n}`)
    await Promise.all(keys.map((key) => blobs.put(key, of(key), many)))
    await blobs.delete('blob_7')
    const listed = await Array.fromAsync(blobs.list())
    const byKey = new Map(listed.map((info): [string, BlobInfo] => [info.key, info]))
    same(listed.length, 29, 'each once')
    for (const key of keys.filter((key) => key !== 'blob_7')) {
      same(byKey.get(key)?.sha256, sha256(key), key)
      same(byKey.get(key), await blobs.info(key), `${key}: as info`)
    }
    for await (const _ of blobs.list()) break
  }),
  blobCase('puts of one key at once end with one of them, whole', async (blobs) => {
    const texts = Array.from({ length: 8 }, (_, n) => String(n).repeat(70_000))
    await Promise.all(texts.map((one) => blobs.put('b', of(one.slice(0, 1_000), one.slice(1_000)), many)))
    const kept = await text(blobs, 'b')
    ok(texts.includes(kept), 'no mixture')
    same((await blobs.info('b'))?.sha256, sha256(kept), 'with its own checksum')
  }),
  blobCase('a reader that leaves early disturbs nobody', async (blobs) => {
    await blobs.put('b', of(noise(300_000)), many)
    for await (const chunk of await blobs.read('b')) {
      ok(chunk.length > 0, 'something came')
      break
    }
    same((await text(blobs, 'b')).length, 300_000, 'it can be read again')
    await blobs.delete('b')
    same(await blobs.info('b'), undefined, 'and deleted')
  }),
  blobCase('what the caller does to its bytes afterwards changes nothing', async (blobs) => {
    const bytes = Buffer.from('as it was')
    await blobs.put('b', of(bytes), many)
    bytes.fill(0)
    for await (const chunk of await blobs.read('b')) chunk.fill(0)
    same(await text(blobs, 'b'), 'as it was', 'unchanged')
  }),
  blobCase('a call that was given up before it began rejects with ABORTED', async (blobs) => {
    const signal = AbortSignal.abort()
    await rejects(() => blobs.put('b', of('x'), { ...many, signal }), 'ABORTED', 'put')
    await rejects(() => blobs.info('b', { signal }), 'ABORTED', 'info')
    await rejects(() => blobs.read('b', { signal }), 'ABORTED', 'read')
    await rejects(() => blobs.delete('b', { signal }), 'ABORTED', 'delete')
    await rejects(() => Array.fromAsync(blobs.list({ signal })), 'ABORTED', 'list')
    same(await blobs.info('b'), undefined, 'nothing is there')
  }),
  blobCase('after close every call rejects with CLOSED, and close may be called again', async (blobs) => {
    await blobs.put('b', of('x'), many)
    await Promise.all([blobs.close(), blobs.close()])
    await blobs[Symbol.asyncDispose]()
    await rejects(() => blobs.put('b', of('y'), many), 'CLOSED', 'put')
    await rejects(() => blobs.info('b'), 'CLOSED', 'info')
    await rejects(() => blobs.read('b'), 'CLOSED', 'read')
    await rejects(() => blobs.delete('b'), 'CLOSED', 'delete')
    await rejects(() => Array.fromAsync(blobs.list()), 'CLOSED', 'list')
  }),
]
