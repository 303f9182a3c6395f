import { createHash } from 'node:crypto'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { BlobInfo, BlobStore } from '../ports/blob-store.ts'
import { throwIfAborted } from '../store/call-options.ts'
import type { Clock } from '../store/clock.ts'
import { systemClock } from '../store/clock.ts'
import { assertBlobKey, assertMaxBytes, blobNotFound, blobRange, blobTooLarge } from './blob-rules.ts'

const piece = 64 * 1024

/** Blobs in this process's memory: the executable meaning of the port, for tests and development. */
export function memoryBlobStore({ clock = systemClock }: { readonly clock?: Clock } = {}): BlobStore {
  const blobs = new Map<string, { readonly bytes: Buffer; readonly info: BlobInfo }>()
  let closed = false

  function enter(options: Parameters<BlobStore['info']>[1]): void {
    if (closed) throw new ThreadkeepError('CLOSED', 'The blob store has been closed.')
    throwIfAborted(options)
  }

  const close = async (): Promise<void> => {
    closed = true
    blobs.clear()
  }

  return {
    name: 'memory',
    async put(key, bytes, options) {
      enter(options)
      assertBlobKey(key)
      assertMaxBytes(options.maxBytes)
      const taken: Buffer[] = []
      let size = 0
      for await (const chunk of bytes) {
        enter(options)
        size += chunk.length
        if (size > options.maxBytes) throw blobTooLarge(options.maxBytes)
        taken.push(Buffer.from(chunk))
      }
      enter(options)
      const whole = Buffer.concat(taken)
      const sha256 = createHash('sha256').update(whole).digest('hex')
      const info = { key, size, sha256, modifiedAt: clock.now() }
      blobs.set(key, { bytes: whole, info })
      return { ...info }
    },
    async info(key, options) {
      enter(options)
      assertBlobKey(key)
      const known = blobs.get(key)
      return known && { ...known.info }
    },
    async read(key, options) {
      enter(options)
      assertBlobKey(key)
      const known = blobs.get(key)
      if (!known) throw blobNotFound()
      const { start, end } = blobRange(options, known.info.size)
      return (async function* () {
        for (let from = start; from < end; from += piece) {
          throwIfAborted(options)
          yield new Uint8Array(known.bytes.subarray(from, Math.min(end, from + piece)))
        }
      })()
    },
    async delete(key, options) {
      enter(options)
      assertBlobKey(key)
      blobs.delete(key)
    },
    async *list(options) {
      enter(options)
      for (const { info } of [...blobs.values()]) {
        enter(options)
        yield { ...info }
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
