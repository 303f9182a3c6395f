import { setImmediate } from 'node:timers/promises'
import type { CallOptions, Clock, CommitResult, EnumerableStore, SweepableStore } from '@threadkeep/core/store'
import {
  assertLimit,
  assertName,
  assertRange,
  systemClock,
  ThreadkeepError,
  takeAddresses,
  takeChanges,
  throwIfAborted,
  toJsonText,
  versionSource,
} from '@threadkeep/core/store'
import type { BackupResult } from './backup.ts'
import { backUp } from './backup.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { openDatabase } from './database.ts'
import { groupCommit } from './group-commit.ts'
import { records, storeTables } from './layout.ts'
import { loopTurn } from './loop-turn.ts'

/** How a SQLite store is opened. */
export type SqliteStoreOptions = DatabaseOptions

/** A store in one file. */
export interface SqliteStore extends EnumerableStore, SweepableStore {
  /** The absolute path of its file. */
  readonly path: string
  /**
   * Writes one state of the whole file to `target` while reads and writes go on. The copy appears checked, synced and whole, or not
   * at all; an existing file is never replaced.
   */
  backup(target: string): Promise<BackupResult>
}

/** How long calls that follow each other may keep the event loop to themselves, in milliseconds. */
const turnBudget = 1
const sweepStep = 500

/**
 * Opens the file at `path`, or makes it, as a store that survives the end of the process and, by default, a power cut. Several
 * processes may use one file at a time.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? systemClock
  return storeIn(await openDatabase({ ...options, clock }, storeTables), clock)
}

/** The store that an open file holds. Closing it closes the file. */
export function storeIn(database: Database, clock: Clock): SqliteStore {
  const { path } = database
  const table = records(database, clock)
  const turn = loopTurn(turnBudget)
  const commits = groupCommit<CommitResult>(database, turn)
  const nextVersion = versionSource()
  let closing: Promise<void> | undefined

  const begin = (options: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', `The store of ${path} has been closed.`)
    throwIfAborted(options)
  }
  const beginWrite = (options: CallOptions | undefined): void => {
    begin(options)
    if (database.readOnly) {
      throw new ThreadkeepError('READ_ONLY', `${path} was opened with readOnly: true. Open it without to write.`)
    }
  }
  const close = (): Promise<void> => {
    closing ??= commits.drain().then(() => database.close())
    return closing
  }

  return {
    name: 'sqlite',
    path,

    async get(at, options) {
      begin(options)
      const own = takeAddresses(at)
      if (turn.isSpent()) await setImmediate()
      return database.read(() => table.get(own), options)
    },

    async list(collection, range, options) {
      begin(options)
      assertName(collection, 'collection')
      const own = { ...range }
      assertRange(own)
      if (turn.isSpent()) await setImmediate()
      return database.read(() => table.list(collection, own), options)
    },

    // Not async: a lone commit is measured against one write and one fsync.
    commit(changes, options) {
      try {
        beginWrite(options)
        const own = takeChanges(changes, toJsonText)
        return commits.add({ size: own.length, run: () => table.commit(own, nextVersion()) }, options)
      } catch (error) {
        return Promise.reject(error)
      }
    },

    async collections(range, options) {
      begin(options)
      const own = { ...range }
      assertRange(own)
      if (turn.isSpent()) await setImmediate()
      return database.read(() => table.collections(own), options)
    },

    async sweep(limit, options) {
      beginWrite(options)
      assertLimit(limit)
      let removed = 0
      for (let step = 0, count = 0; removed < limit && count === step; removed += count) {
        // Between steps the event loop and other writers have their turn.
        if (step > 0) await setImmediate()
        step = Math.min(sweepStep, limit - removed)
        count = await database.write(() => table.sweep(step), options)
      }
      return removed
    },

    async backup(target) {
      begin(undefined)
      return backUp(path, target)
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}
