import type { CallOptions } from '../../store/call-options.ts'
import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'

export interface ExportOptions extends CallOptions {
  /** A thread, or everything of a user (default: the actor). Another user needs `admin`. */
  readonly threadId?: string
  readonly userId?: string
  /** Default `ndjson`: one record a line, the manifest last. `json`: one document. */
  readonly format?: 'ndjson' | 'json'
  readonly gzip?: boolean
}

/** Closes every export: what is in it, and a checksum over all that came before. */
export interface Manifest {
  readonly format: 'threadkeep-export'
  readonly formatVersion: 1
  readonly exportedAt: Millis
  readonly threads: number
  readonly messages: number
  readonly users: number
  /** Lower-case hex SHA-256 of the record lines. */
  readonly sha256: string
}

export interface ImportOptions extends CallOptions {
  /** Checks every row, writes nothing. */
  readonly dryRun?: boolean
  /** Names the import so that it goes on where it was interrupted. Without one it begins anew, which skips what is there already. */
  readonly jobId?: string
  readonly batchSize?: number
  /** Aborted: the import stops behind a row that has found its fate, at least one further than before, and answers `finished: false`. */
  readonly pause?: AbortSignal
  readonly onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly rows: number
  readonly imported: number
  readonly skipped: number
  readonly failed: number
}

export interface ImportReport extends ImportProgress {
  readonly jobId: string
  readonly dryRun: boolean
  /** Whether every row was looked at. If not, the same bytes under the same job id go on. */
  readonly finished: boolean
  readonly threads: number
  readonly messages: number
  readonly users: number
  /** The first 100. */
  readonly errors: readonly { readonly row: number; readonly code: string; readonly message: string }[]
}

/** Moving conversations between stores, without loss: ids, times and order are kept. */
export interface Transfer {
  /** Bytes, made as they are read: memory does not grow with the export. */
  export(actor: Actor, options?: ExportOptions): AsyncIterable<Uint8Array>
  /** Reads what `export` writes, in either format, gzipped or not. Foreign rows (`admin` only) keep their owners. */
  import(actor: Actor, bytes: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<ImportReport>
}
