import type { BlobInfo, BlobStore } from '@threadkeep/core'
import { assertBlobKey, assertMaxBytes, blobNotFound, blobRange } from '@threadkeep/core'
import type { CallOptions, Clock } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { callGate } from '../call-gate.ts'
import type { MongoOptions } from '../client.ts'
import { connect } from '../client.ts'
import { storeError } from '../errors.ts'
import type { Patiently } from '../patience.ts'
import { patiently } from '../patience.ts'
import type { FileDocument } from './blob-files.ts'
import { infoOf, openBlobFiles } from './blob-files.ts'
import { bytesOf } from './blob-reader.ts'
import { blobWriter } from './blob-writer.ts'
import { bounded } from './source.ts'

/** How a blob store on GridFS is opened. The database may be that of a store. */
export type GridFsBlobStoreOptions = MongoOptions & {
  /** Tells when a blob was put. Default: the machine's clock. */
  readonly clock?: Clock
}

const pageSize = 500

/**
 * Opens a blob store on GridFS, in the collections `threadkeep.blobs.*`. A blob appears in one transaction that a majority confirms; read whole,
 * it is checked against its SHA-256.
 */
export async function gridFsBlobStore(options: GridFsBlobStoreOptions): Promise<BlobStore> {
  const clock = options.clock ?? systemClock
  const connection = await connect(options)
  const blobs = await openBlobFiles(connection.db).catch(async (error: unknown) => {
    await connection.close()
    throw storeError(error)
  })
  const { files } = blobs
  const writer = blobWriter(connection, blobs, clock)
  const gate = callGate('The GridFS blob store')
  const close = (): Promise<void> => gate.close(connection.close)
  /** Each step of a call has the whole deadline: how long all of them take depends on the size of the blob. */
  const steps = (call: CallOptions | undefined): Patiently => {
    return (work) => patiently(connection.deadline, call, work)
  }

  const find = (key: string, call: CallOptions | undefined): Promise<FileDocument | null> => {
    assertBlobKey(key)
    return steps(call)((signal) => files.findOne({ filename: key }, { signal }))
  }

  async function* list(call: CallOptions | undefined): AsyncGenerator<BlobInfo, void, undefined> {
    await gate.run(call, () => writer.collect(steps(call)))
    for (let after = ''; ; ) {
      const filter = { filename: { $gt: after } }
      const page = await gate.run(call, () =>
        steps(call)((signal) => files.find(filter, { sort: { filename: 1 }, limit: pageSize, signal }).toArray()),
      )
      yield* page.map(infoOf)
      if (page.length < pageSize) return
      after = page.at(-1)!.filename
    }
  }

  return {
    name: 'gridfs',

    put: (key, bytes, options) =>
      gate.run(options, async () => {
        assertBlobKey(key)
        const { maxBytes, signal } = options
        assertMaxBytes(maxBytes)
        return writer.put(key, bounded(bytes, maxBytes, signal), steps(options))
      }),

    info: (key, call) =>
      gate.run(call, async () => {
        const file = await find(key, call)
        return file ? infoOf(file) : undefined
      }),

    read: (key, options) =>
      gate.run(options, async () => {
        const file = await find(key, options)
        if (!file) throw blobNotFound()
        const range = blobRange(options, file.length)
        return bytesOf(blobs, file, range, (work) => gate.run(options, () => steps(options)(work)))
      }),

    delete: (key, call) =>
      gate.run(call, async () => {
        assertBlobKey(key)
        await writer.delete(key, steps(call))
      }),

    list,
    close,
    [Symbol.asyncDispose]: close,
  }
}
