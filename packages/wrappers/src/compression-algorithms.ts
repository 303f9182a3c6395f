import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'

/** Names of the compressions, as they stand in stored envelopes. */
export const compressionNames = ['zstd', 'brotli', 'gzip'] as const
export type Compression = (typeof compressionNames)[number]

interface Algorithm {
  compress(bytes: Buffer): Buffer
  /** Throws on damaged data, and `ERR_BUFFER_TOO_LARGE` once more than `maxOutputLength` bytes come out. */
  decompress(bytes: Buffer, maxOutputLength: number): Buffer
}

const zstd = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

/**
 * All of them run in the calling thread: for records of any size zstd takes about as long as JSON itself, and handing
 * the bytes to another thread and back takes longer than that.
 */
export const algorithms: Readonly<Record<Compression, Algorithm>> = {
  zstd: {
    compress: (bytes) => zstdCompressSync(bytes, zstd),
    decompress: (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }),
  },
  brotli: {
    compress: (bytes) => brotliCompressSync(bytes, brotli),
    decompress: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
  },
  gzip: {
    compress: (bytes) => gzipSync(bytes),
    decompress: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  },
}
