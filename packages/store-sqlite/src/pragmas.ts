import type { DatabaseSync } from 'node:sqlite'
import { misconfigured } from './errors.ts'

const cacheKiB = 16_384
/** A bulk import may grow the log; it shrinks to this many bytes once its content has moved into the file. */
const logBytes = 64 * 2 ** 20
/** Pages of log after which its content moves into the file. Ten times SQLite's own choice: under load each page is then moved once for many commits. */
const checkpointPages = 10_000
const levels = { full: 2, normal: 1 } as const

/** What a connection is set up for. */
export interface Settings {
  readonly durability?: keyof typeof levels
  readonly readOnly?: boolean
}

/** Sets the connection up and reads back what durability rests on: what SQLite did not accept is `MISCONFIGURED`. */
export function configure(db: DatabaseSync, path: string, { durability = 'full', readOnly }: Settings): void {
  db.exec(`pragma cache_size = -${cacheKiB}`)
  if (readOnly) return
  const mode = pragma(db, 'journal_mode', 'wal')
  if (mode !== 'wal') {
    throw misconfigured(`${path} cannot use a write-ahead log (SQLite says "${mode}"). Keep it on a local disk.`)
  }
  const level = levels[durability]
  db.exec(`pragma synchronous = ${level}`)
  const actual = pragma(db, 'synchronous')
  if (actual !== level) {
    throw misconfigured(`${path} cannot be opened with durability '${durability}' (SQLite says ${String(actual)}).`)
  }
  // macOS: only this makes the drive itself write down what it was given. Elsewhere it changes nothing.
  if (durability === 'full') db.exec('pragma fullfsync = on; pragma checkpoint_fullfsync = on')
  db.exec(`pragma wal_autocheckpoint = ${checkpointPages}`)
  db.exec(`pragma journal_size_limit = ${logBytes}`)
}

function pragma(db: DatabaseSync, name: string, value?: string): unknown {
  const row = db.prepare(value === undefined ? `pragma ${name}` : `pragma ${name} = ${value}`).get()
  return row?.[name]
}
