import type { BlobInfo, BlobStore } from '@threadkeep/core'
import type { CallOptions, Clock } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError } from '@threadkeep/core/store'
import { callGate } from '../call-gate.ts'
import type { MongoOptions } from '../client.ts'
import { connect } from '../client.ts'
import { storeError } from '../errors.ts'
import type { Patiently } from '../patience.ts'
import { patiently } from '../patience.ts'
import { assertBlobKey, infoOf, openBlobFiles } from './blob-files.ts'
import { bytesOf, rangeWithin } from './blob-reader.ts'
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

    put: (key, bytes, { maxBytes, ...call }) =>
      gate.run(call, async () => {
        assertBlobKey(key)
        return writer.put(key, bounded(bytes, maxBytes, call.signal), steps(call))
      }),

    info: (key, call) =>
      gate.run(call, async () => {
        assertBlobKey(key)
        const file = await steps(call)((signal) => files.findOne({ filename: key }, { signal }))
        return file ? infoOf(file) : undefined
      }),

    read: (key, { start, end, ...call } = {}) =>
      gate.run(call, async () => {
        assertBlobKey(key)
        const file = await steps(call)((signal) => files.findOne({ filename: key }, { signal }))
        if (!file) throw new ThreadkeepError('NOT_FOUND', 'There is no such blob.')
        const range = rangeWithin(file.length, {
          ...(start !== undefined && { start }),
          ...(end !== undefined && { end }),
        })
        return bytesOf(blobs, file, range, (work) => gate.run(call, () => steps(call)(work)))
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
