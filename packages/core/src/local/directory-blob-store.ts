import { createHash, randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { BlobInfo, BlobStore } from '../ports/blob-store.ts'
import type { CallOptions } from '../store/call-options.ts'
import { throwIfAborted } from '../store/call-options.ts'
import type { Clock } from '../store/clock.ts'
import { oneDay, systemClock } from '../store/clock.ts'
import { assertBlobKey, assertMaxBytes, blobNotFound, blobRange, blobTooLarge } from './blob-rules.ts'

/** Where blobs are kept. */
export interface DirectoryBlobStoreOptions {
  /** Made when it is not there. It belongs to the store alone. */
  readonly path: string
  readonly clock?: Clock
}

const piece = 64 * 1024
const digestBytes = 32

/**
 * Blobs as files: `<path>/<last two characters of the key>/<key>`, each the bytes and behind them their SHA-256 (32 bytes). A blob is
 * written beside, synced and renamed, so that it is there whole or not at all, also after a crash; a whole read proves the checksum.
 */
export function directoryBlobStore({ path, clock = systemClock }: DirectoryBlobStoreOptions): BlobStore {
  const incoming = join(path, 'incoming')
  let ready: Promise<void> | undefined
  let closed = false

  function enter(options: CallOptions | undefined): void {
    if (closed) throw new ThreadkeepError('CLOSED', 'The blob store has been closed.')
    throwIfAborted(options)
  }

  /** The only place where a key becomes part of a path. */
  function fileOf(key: string): string {
    assertBlobKey(key)
    return join(path, 'blobs', key.slice(-2).padStart(2, '_'), key)
  }

  /** Once: makes the directory, and removes what crashed writers left a day ago or longer. */
  function prepare(): Promise<void> {
    ready ??= (async () => {
      await mkdir(incoming, { recursive: true })
      for (const name of await readdir(incoming)) {
        const left = join(incoming, name)
        const { mtimeMs } = await stat(left).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
        if (Date.now() - mtimeMs > oneDay) await rm(left, { force: true })
      }
    })().catch((error) => {
      ready = undefined
      throw failed(error)
    })
    return ready
  }

  async function put(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<BlobInfo> {
    enter(options)
    const file = fileOf(key)
    assertMaxBytes(options.maxBytes)
    await prepare()
    const temporary = join(incoming, randomUUID())
    try {
      const handle = await opened(temporary, 'wx')
      let written: { readonly size: number; readonly sha256: string }
      try {
        written = await write(handle, bytes, options)
        const seconds = clock.now() / 1000
        await handle.utimes(seconds, seconds)
        await handle.sync()
      } finally {
        await handle.close()
      }
      enter(options)
      const made = await mkdir(dirname(file), { recursive: true })
      await rename(temporary, file)
      await syncDirectory(dirname(file))
      if (made !== undefined) await syncDirectory(dirname(dirname(file)))
      return { key, ...written, modifiedAt: clock.now() }
    } catch (error) {
      await rm(temporary, { force: true })
      throw failed(error)
    }
  }

  async function write(
    handle: FileHandle,
    bytes: AsyncIterable<Uint8Array>,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<{ readonly size: number; readonly sha256: string }> {
    const sum = createHash('sha256')
    let size = 0
    for await (const chunk of bytes) {
      enter(options)
      size += chunk.length
      if (size > options.maxBytes) throw blobTooLarge(options.maxBytes)
      sum.update(chunk)
      await writeWhole(handle, chunk)
    }
    const digest = sum.digest()
    await writeWhole(handle, digest)
    return { size, sha256: digest.toString('hex') }
  }

  async function infoOf(key: string): Promise<BlobInfo | undefined> {
    let handle: FileHandle
    try {
      handle = await open(fileOf(key), 'r')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw failed(error)
    }
    try {
      const { size, mtimeMs } = await handle.stat()
      const digest = await digestOf(handle, size)
      return { key, size: size - digestBytes, sha256: digest.toString('hex'), modifiedAt: Math.round(mtimeMs) }
    } finally {
      await handle.close()
    }
  }

  const close = async (): Promise<void> => {
    closed = true
  }

  return {
    name: 'directory',
    put,
    async info(key, options) {
      enter(options)
      return infoOf(key)
    },
    async read(key, options) {
      enter(options)
      const info = await infoOf(key)
      if (!info) throw blobNotFound()
      blobRange(options, info.size)
      return pieces(fileOf(key), options)
    },
    async delete(key, options) {
      enter(options)
      const file = fileOf(key)
      await rm(file, { force: true }).catch((error) => {
        throw failed(error)
      })
      await syncDirectory(dirname(file))
    },
    async *list(options) {
      enter(options)
      for (const shard of await namesIn(join(path, 'blobs'))) {
        for (const key of await namesIn(join(path, 'blobs', shard))) {
          enter(options)
          const info = await infoOf(key)
          if (info) yield info
        }
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function opened(file: string, flags: 'r' | 'wx'): Promise<FileHandle> {
  try {
    return await open(file, flags)
  } catch (error) {
    if (isMissing(error)) throw blobNotFound()
    throw failed(error)
  }
}

async function digestOf(handle: FileHandle, size: number): Promise<Buffer> {
  const digest = Buffer.alloc(digestBytes)
  const { bytesRead } =
    size < digestBytes ? { bytesRead: 0 } : await handle.read(digest, 0, digestBytes, size - digestBytes)
  if (bytesRead < digestBytes) throw corrupt()
  return digest
}

/** Reads a range; of a whole blob it proves the checksum before it ends. The file is open only while it is being read. */
async function* pieces(
  file: string,
  options: (CallOptions & { readonly start?: number; readonly end?: number }) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await opened(file, 'r')
  try {
    const size = (await handle.stat()).size - digestBytes
    const digest = await digestOf(handle, size + digestBytes)
    const { start, end } = blobRange(options, size)
    const sum = createHash('sha256')
    for (let from = start; from < end; ) {
      throwIfAborted(options)
      const buffer = new Uint8Array(Math.min(piece, end - from))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
      if (bytesRead === 0) throw corrupt()
      from += bytesRead
      const chunk = buffer.subarray(0, bytesRead)
      sum.update(chunk)
      yield chunk
    }
    if (start === 0 && end === size && !sum.digest().equals(digest)) throw corrupt()
  } finally {
    await handle.close()
  }
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; ) from += (await handle.write(bytes, from)).bytesWritten
}

/** A rename is durable when its directory is. Where directories cannot be synced (Windows), the file system sees to it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw failed(error)
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT'
}

/** A full disk and a read-only one say so; what is ours, or the source's, goes on as it is. */
function failed(error: unknown): unknown {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (typeof syscall !== 'string') return error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ThreadkeepError('STORAGE_FULL', 'There is no room left for blobs.', { cause: error })
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return new ThreadkeepError('READ_ONLY', 'The directory of the blobs cannot be written.', { cause: error })
  return new ThreadkeepError('UNAVAILABLE', `The directory of the blobs cannot be used (${String(code)}).`, {
    cause: error,
  })
}

function corrupt(): ThreadkeepError {
  return new ThreadkeepError('CORRUPT', 'The file of this blob is damaged: it does not have its checksum.')
}
