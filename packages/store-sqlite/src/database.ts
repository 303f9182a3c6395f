import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'
import type { CallOptions, Clock, TableSet } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { busy, untilFree } from './busy.ts'
import type { Doing } from './errors.ts'
import { isBusy, misconfigured, notWritable, toThreadkeepError } from './errors.ts'
import { identify, migrate, missingMigrations } from './migrations.ts'
import { configure } from './pragmas.ts'

/** How a Threadkeep file is opened. */
export interface DatabaseOptions {
  /** Where the file is, or will be: its directory must exist. Several processes may open one file. */
  readonly path: string
  /**
   * `full` (default): an answered commit survives a power cut. `normal`: it survives the end of the process, but a power cut may
   * take the last ones; the file stays sound either way.
   */
  readonly durability?: 'full' | 'normal'
  /** How long a call waits for another process to let go of the file, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number
  /** Opens an existing file and never writes to it. */
  readonly readOnly?: boolean
  readonly clock?: Clock
}

/** One connection to a Threadkeep file. No transaction of it ever spans an await. */
export interface Database {
  readonly path: string
  readonly readOnly: boolean
  /** A statement that answers rows as arrays, made once per text. */
  prepare(sql: string): StatementSync
  /** Runs `work`, again when another process stood in the way. It must not write, and sees one state if it is one statement. */
  read<T>(work: () => T, options?: CallOptions): Promise<T>
  /** Runs `work` inside `read` on one state of the file, however many statements it is. */
  snapshot<T>(work: () => T): T
  /** One attempt at `write`, at once: answers `busy` when another process writes. */
  attempt<T>(work: () => T): T | typeof busy
  /**
   * Runs `work` in a write transaction, once, as soon as no other process writes: it happens whole and durably, or it throws and
   * nothing did. The event loop goes on while it waits.
   */
  write<T>(work: () => T, options?: CallOptions): Promise<T>
  /** Later calls, and those still waiting, reject with `CLOSED`. Idempotent. */
  close(): void
}

/** Opens a file and brings `tables` up to date in it. Refuses, untouched, a file that is not Threadkeep's or is newer. */
export async function openDatabase(options: DatabaseOptions, tables: TableSet): Promise<Database> {
  const { readOnly = false, busyTimeout = 5_000, clock = systemClock } = options
  const path = checkOptions(options)
  const db = openFile(path, readOnly)
  const statements = new Map<string, StatementSync>()
  let closed = false

  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = db.prepare(sql)
      statement.setReturnArrays(true)
      statements.set(sql, statement)
    }
    return statement
  }
  // `get` where `run` would do, here and in the search index: `run` answers the last row id, and FTS5 leaves ones that no number holds.
  const rollBack = (): void => {
    // After some errors, such as a full disk, SQLite has done so itself.
    if (db.isTransaction) prepare('rollback').get()
  }
  // Waiting is ours, not SQLite's: its busy handler would sleep on the event loop.
  const waiting = { path, busyTimeout, isClosed: () => closed }
  const attemptRead = <T>(work: () => T, doing: Doing = 'read'): T | typeof busy => {
    try {
      return work()
    } catch (error) {
      if (isBusy(error)) return busy
      throw toThreadkeepError(error, path, doing)
    }
  }
  const attempt = <T>(work: () => T): T | typeof busy => {
    let doing: Doing = 'write'
    try {
      prepare('begin immediate').get()
    } catch (error) {
      if (isBusy(error)) return busy
      throw toThreadkeepError(error, path, doing)
    }
    try {
      const result = work()
      doing = 'commit'
      prepare('commit').get()
      return result
    } catch (error) {
      rollBack()
      throw toThreadkeepError(error, path, doing)
    }
  }
  const opening = <T>(work: () => T): Promise<T> => untilFree(() => attemptRead(work, 'open'), waiting)

  const database: Database = {
    path,
    readOnly,
    prepare,
    read: (work, options) => untilFree(() => attemptRead(work), waiting, options),
    snapshot(work) {
      prepare('begin').get()
      try {
        return work()
      } finally {
        rollBack()
      }
    },
    attempt,
    write: (work, options) => untilFree(() => attempt(work), waiting, options),
    close() {
      if (closed) return
      closed = true
      statements.clear()
      db.close()
    },
  }

  try {
    const state = await opening(() => identify(db, path))
    if (readOnly && state === 'empty') throw misconfigured(`${path} is empty. Open it once without readOnly.`)
    const missing = state === 'empty' || (await opening(() => missingMigrations(db, path, tables))).length > 0
    if (missing && readOnly) throw misconfigured(`${path} is older than this program. Open it once without readOnly.`)
    await opening(() => configure(db, path, options))
    if (missing) await database.write(() => migrate(db, path, tables, clock))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function openFile(path: string, readOnly: boolean): DatabaseSync {
  let db: DatabaseSync
  try {
    db = new DatabaseSync(path, { readOnly, timeout: 0 })
  } catch (error) {
    throw toThreadkeepError(error, path, 'open')
  }
  try {
    // SQLite would settle for reading without a word. Never opened here: closing it would drop SQLite's locks.
    if (!readOnly) for (const place of [path, dirname(path)]) accessSync(place, constants.W_OK)
    return db
  } catch (error) {
    db.close()
    throw notWritable(path, error)
  }
}

function checkOptions({ path, durability = 'full', busyTimeout = 0 }: DatabaseOptions): string {
  if (typeof path !== 'string' || path === '') throw misconfigured('An SQLite store needs the path of its file.')
  if (path === ':memory:')
    throw misconfigured('An SQLite store keeps a file. Use memoryStore() to keep records in memory.')
  if (durability !== 'full' && durability !== 'normal') {
    throw misconfigured(`durability is 'full' or 'normal', not ${String(durability)}.`)
  }
  if (!Number.isFinite(busyTimeout) || busyTimeout < 0) {
    throw misconfigured(`busyTimeout is a number of milliseconds from 0, not ${String(busyTimeout)}.`)
  }
  // Absolute, so that neither a change of directory nor a name like "file:x" means another file.
  return resolve(path)
}
