import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ThreadkeepError } from '@threadkeep/core/store'
import { toThreadkeepError } from './errors.ts'

/** What a backup left behind. */
export interface BackupResult {
  /** The absolute path of the copy: open it as any other file. */
  readonly path: string
  readonly bytes: number
}

/** What the thread of a backup answers with. Errors of SQLite lose their result code on the way, so it travels beside them. */
export type BackupAnswer =
  | { readonly bytes: number }
  | { readonly message: string; readonly code: string | undefined; readonly errcode: number | undefined }

// This file runs both as it is and compiled.
const script = new URL(`./backup-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Copies the file at `source` to `target` in a thread of its own, so that the event loop goes on. See `SqliteStore.backup`. */
export async function backUp(source: string, target: string): Promise<BackupResult> {
  if (typeof target !== 'string' || target === '') {
    throw new ThreadkeepError('INVALID', 'A backup needs the path of the file to write.')
  }
  const path = resolve(target)
  if (existsSync(path)) {
    throw new ThreadkeepError(
      'CONFLICT',
      `${path} exists, and a backup replaces nothing. Give another path, or remove it.`,
    )
  }
  const answer = await run({ source, target: path })
  if ('bytes' in answer) return { path, bytes: answer.bytes }
  throw toThreadkeepError(Object.assign(new Error(answer.message), answer), path, 'write')
}

function run(workerData: { readonly source: string; readonly target: string }): Promise<BackupAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () =>
      reject(new ThreadkeepError('INTERNAL', 'The thread of the backup ended without an answer.')),
    )
  })
}
