import { createHash } from 'node:crypto'
import type { BlobInfo } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError } from '@threadkeep/core/store'
import type { ClientSession } from 'mongodb'
import { Binary, ObjectId } from 'mongodb'
import type { Connection } from '../client.ts'
import { isDuplicateKey } from '../errors.ts'
import type { Patiently } from '../patience.ts'
import { orAborted, patiently } from '../patience.ts'
import { transaction } from '../transaction.ts'
import type { BlobFiles, FileDocument } from './blob-files.ts'
import { chunkSize, infoOf } from './blob-files.ts'

/** Writes blobs. Nothing of one is seen before all of it is. */
export interface BlobWriter {
  put(key: string, bytes: AsyncIterable<Uint8Array>, step: Patiently): Promise<BlobInfo>
  delete(key: string, step: Patiently): Promise<void>
  /** Removes what deleted blobs and uploads that came to nothing have left behind. */
  collect(step: Patiently): Promise<void>
}

const longestUpload = 86_400_000

/**
 * Chunks first, then one transaction that makes the blob known and its predecessor unknown. Chunks that belong to no blob are always noted as
 * loose, so that no crash leaves any behind for good.
 */
export function blobWriter(
  { client, deadline }: Connection,
  { files, chunks, loose }: BlobFiles,
  clock: Clock,
): BlobWriter {
  const write = async (
    file: ObjectId,
    bytes: AsyncIterable<Uint8Array>,
    step: Patiently,
  ): Promise<{ readonly length: number; readonly sha256: string }> => {
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(chunkSize)
    let length = 0
    let filled = 0
    let n = 0
    const flush = async (): Promise<void> => {
      const document = { _id: new ObjectId(), files_id: file, n: n++, data: new Binary(chunk.subarray(0, filled)) }
      await step((signal) => orAborted(chunks.insertOne(document).then(nothing, unlessDuplicate), signal))
      filled = 0
    }
    for await (const part of bytes) {
      length += part.length
      hash.update(part)
      for (let at = 0; at < part.length; ) {
        const taken = Math.min(chunkSize - filled, part.length - at)
        chunk.set(part.subarray(at, at + taken), filled)
        filled += taken
        at += taken
        if (filled === chunkSize) await flush()
      }
    }
    if (filled > 0) await flush()
    return { length, sha256: hash.digest('hex') }
  }

  const change = <T>(step: Patiently, work: (session: ClientSession) => Promise<T>): Promise<T> =>
    step((signal) =>
      orAborted(
        transaction(client, { wanted: () => !signal.aborted }, async (session) => {
          return { commit: true, answer: await work(session) }
        }),
        signal,
      ),
    )

  /** Takes a blob away and notes its chunks as loose. Answers whose they are. */
  const retire = async (key: string, session: ClientSession): Promise<ObjectId | undefined> => {
    const old = await files.findOneAndDelete({ filename: key }, { session, projection: { _id: 1 } })
    if (old) await loose.insertOne({ _id: old._id, since: 0 }, { session })
    return old?._id
  }

  const publish = async (file: FileDocument, session: ClientSession): Promise<ObjectId | undefined> => {
    const { deletedCount } = await loose.deleteOne({ _id: file._id }, { session })
    if (deletedCount === 0) {
      // An earlier attempt, whose answer was lost, has done it.
      if (await files.findOne({ _id: file._id }, { session })) return undefined
      throw new ThreadkeepError('UNAVAILABLE', 'The upload took longer than a day. Put the blob again.', {
        retryable: false,
      })
    }
    const old = await retire(file.filename, session)
    await files.insertOne(file, { session }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error
      throw new ThreadkeepError('UNAVAILABLE', 'Another blob was put under this key at the same time.', {
        cause: error,
      })
    })
    return old
  }

  /** Removes loose chunks, unless they have become a blob's. What cannot be done now is done by `collect`. */
  const abandon = async (file: ObjectId): Promise<void> => {
    const { matchedCount } = await loose.updateOne({ _id: file }, { $set: { since: 0 } })
    if (matchedCount === 0) return
    await chunks.deleteMany({ files_id: file })
    await loose.deleteOne({ _id: file })
  }
  const tryToAbandon = async (file: ObjectId | undefined): Promise<void> => {
    if (!file) return
    // Whoever called may have left by now, so their signal does not count.
    await patiently(deadline, undefined, (signal) => orAborted(abandon(file), signal)).catch(nothing)
  }

  return {
    async put(key, bytes, step) {
      const _id = new ObjectId()
      const note = { _id, since: clock.now() }
      await step((signal) => orAborted(loose.insertOne(note).then(nothing, unlessDuplicate), signal))
      try {
        const { length, sha256 } = await write(_id, bytes, step)
        const file = {
          ...{ _id, length, chunkSize, uploadDate: new Date(systemClock.now()), filename: key },
          metadata: { sha256, modifiedAt: clock.now() },
        }
        await tryToAbandon(await change(step, (session) => publish(file, session)))
        return infoOf(file)
      } catch (error) {
        await tryToAbandon(_id)
        throw error
      }
    },

    async delete(key, step) {
      await tryToAbandon(await change(step, (session) => retire(key, session)))
    },

    async collect(step) {
      const since = { $lte: clock.now() - longestUpload }
      const old = await step((signal) => loose.find({ since }, { limit: 1_000, signal }).toArray())
      for (const { _id } of old) await step((signal) => orAborted(abandon(_id), signal))
    },
  }
}

function nothing(): void {}

function unlessDuplicate(error: unknown): void {
  if (!isDuplicateKey(error)) throw error
}
