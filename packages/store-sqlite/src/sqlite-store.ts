import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { CallOptions, CommitResult, EnumerableStore, SweepableStore, Version } from '@threadkeep/core/store'
import {
  assertAddresses,
  assertChanges,
  assertLimit,
  assertName,
  assertRange,
  systemClock,
  ThreadkeepError,
  throwIfAborted,
} from '@threadkeep/core/store'
import type { BackupResult } from './backup.ts'
import { backUp } from './backup.ts'
import type { DatabaseOptions } from './database.ts'
import { openDatabase } from './database.ts'
import { fairTurns } from './fair-turns.ts'
import { groupCommit } from './group-commit.ts'
import { prepareCommit, records, storeTables } from './layout.ts'

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

/** How long reads may keep the event loop to themselves, in milliseconds. */
const readBudget = 10
const sweepStep = 500

/**
 * Opens the file at `path`, or makes it, as a store that survives the end of the process and, by default, a power cut. Several
 * processes may use one file at a time.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const clock = options.clock ?? systemClock
  const database = await openDatabase({ ...options, clock }, storeTables)
  const { path } = database
  const table = records(database, clock)
  const commits = groupCommit<CommitResult>(database)
  const nextVersion = versions()
  const turnOver = fairTurns(readBudget)
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
      assertAddresses(at)
      const own = at.map(({ collection, key }) => ({ collection, key }))
      await turnOver()
      return database.read(() => table.get(own), options)
    },

    async list(collection, range, options) {
      begin(options)
      assertName(collection, 'collection')
      assertRange(range)
      const own = { ...range }
      await turnOver()
      return database.read(() => table.list(collection, own), options)
    },

    async commit(changes, options) {
      beginWrite(options)
      assertChanges(changes)
      const own = prepareCommit(changes)
      return commits.add({ size: changes.length, run: () => table.commit(own, nextVersion()) }, options)
    },

    async collections(range, options) {
      begin(options)
      assertRange({ ...range })
      const own = { ...range }
      await turnOver()
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

/** Versions that no other store, process or reopening makes: a random start and a count, so no commit has to write one down. */
function versions(): () => Version {
  const start = randomBytes(9).toString('base64url')
  let count = 0
  return () => `${start}.${(count++).toString(36)}` as Version
}
