import type { CallOptions } from '../store/call-options.ts'
import type { Millis } from '../store/types.ts'

/** What is known of a blob's bytes. */
export interface BlobInfo {
  readonly key: string
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly modifiedAt: Millis
}

/**
 * Keeps bytes under keys. Keys are made by core (`[a-z0-9_]{1,128}`), never taken from a user; a store refuses others.
 * A blob appears whole or not at all: a failed `put` leaves nothing, a second `put` replaces whole.
 */
export interface BlobStore extends AsyncDisposable {
  readonly name: string
  /** Stops with `TOO_LARGE` as soon as more than `maxBytes` came, keeping nothing. */
  put(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: CallOptions & { readonly maxBytes: number },
  ): Promise<BlobInfo>
  info(key: string, options?: CallOptions): Promise<BlobInfo | undefined>
  /** `NOT_FOUND` when there is none. Bytes come as they are read; `start` and `end` (exclusive) cut a range. */
  read(
    key: string,
    options?: CallOptions & { readonly start?: number; readonly end?: number },
  ): Promise<AsyncIterable<Uint8Array>>
  /** Deleting what is not there is fine. */
  delete(key: string, options?: CallOptions): Promise<void>
  /** All blobs, in any order: for garbage collection. */
  list(options?: CallOptions): AsyncIterable<BlobInfo>
  close(): Promise<void>
}
