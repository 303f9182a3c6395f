import { createHash } from 'node:crypto'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Patiently } from '../patience.ts'
import type { BlobFiles, FileDocument } from './blob-files.ts'

/** Half-open, in bytes, within the file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

// About two megabytes at a time: nothing stays open between them, so a slow consumer holds no cursor.
const portion = 8

/** The bytes of a file. Read whole they are checked against its checksum: what ends without an error is what was put. */
export async function* bytesOf(
  { chunks, files }: BlobFiles,
  file: FileDocument,
  { start, end }: ByteRange,
  patiently: Patiently,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { _id, chunkSize: size, filename, length, metadata } = file
  const isWhole = start === 0 && end === length
  const hash = createHash('sha256')
  const last = Math.ceil(end / size)
  for (let next = Math.floor(start / size); next < last && start < end; ) {
    const until = Math.min(next + portion, last)
    const found = await patiently((signal) =>
      chunks
        .find({ files_id: _id, n: { $gte: next, $lt: until } }, { sort: { n: 1 }, batchSize: portion + 1, signal })
        .toArray(),
    )
    for (const { n, data } of found) {
      const bytes = data.buffer.subarray(0, data.position)
      if (n !== next || bytes.length !== Math.min(size, length - n * size)) break
      next++
      if (isWhole) hash.update(bytes)
      yield bytes.subarray(Math.max(start - n * size, 0), Math.min(end - n * size, size))
    }
    if (next < until) throw await whyIncomplete()
  }
  if (isWhole && hash.digest('hex') !== metadata.sha256) throw corrupt()

  async function whyIncomplete(): Promise<ThreadkeepError> {
    const now = await patiently((signal) => files.findOne({ filename }, { signal }))
    if (now?._id.equals(_id)) return corrupt()
    return new ThreadkeepError('UNAVAILABLE', 'The blob was replaced or deleted while it was read. Read it again.')
  }

  function corrupt(): ThreadkeepError {
    return new ThreadkeepError('CORRUPT', `The blob ${filename} is not what was put there.`, {
      details: { key: filename },
    })
  }
}
