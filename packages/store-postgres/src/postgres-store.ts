import type {
  CallOptions,
  Clock,
  CommitResult,
  Entry,
  EnumerableStore,
  PreparedCommit,
  SweepableStore,
} from '@threadkeep/core/store'
import {
  assertLimit,
  assertName,
  assertRange,
  prepareCommit,
  systemClock,
  ThreadkeepError,
  takeAddresses,
  throwIfAborted,
  versionSource,
} from '@threadkeep/core/store'
import { encodeCommits, failedChecks } from './commit-arguments.ts'
import type { DatabaseOptions } from './database.ts'
import { openDatabase } from './database.ts'
import { groupCommit } from './group-commit.ts'
import type { Row } from './layout.ts'
import { statements, storeTables, textBounds, toEntry } from './layout.ts'

/** How a store on PostgreSQL is opened. */
export interface PostgresStoreOptions extends DatabaseOptions {
  readonly clock?: Clock
}

/** A store in one schema of a PostgreSQL database. */
export interface PostgresStore extends EnumerableStore, SweepableStore {}

// Enough to keep the server busy while it answers; more would only make the groups smaller.
const mostLanes = 4

/** Opens a store in a PostgreSQL database, making its tables where they are missing. */
export async function postgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { clock = systemClock } = options
  const database = await openDatabase(options, storeTables)
  const sql = statements(database.schema)
  const nextVersion = versionSource()
  let closing: Promise<void> | undefined

  const run = async (commits: readonly PreparedCommit[]): Promise<readonly CommitResult[]> => {
    const versions = commits.map(nextVersion)
    const values = encodeCommits(commits, versions, clock.now())
    const [[failed]] = (await database.query<[string]>(sql.commit, values, 'write')) as [[string]]
    const conflicts = failedChecks(commits, failed)
    return versions.map((version, index): CommitResult => {
      const conflict = conflicts.get(index)
      return conflict ? { ok: false, conflict } : { ok: true, version }
    })
  }
  // Reads need connections too.
  const lanes = Math.max(1, Math.min(mostLanes, Math.floor(database.connections / 2)))
  const commits = groupCommit({ run, lanes, timeout: database.timeout })

  const begin = (callOptions: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', 'The store on PostgreSQL has been closed.')
    throwIfAborted(callOptions)
  }
  const close = (): Promise<void> => {
    closing ??= commits.drain().then(() => database.close())
    return closing
  }

  return {
    name: 'postgres',

    async get(at, callOptions) {
      begin(callOptions)
      const own = takeAddresses(at)
      if (own.length === 0) return []
      const values = [own.map(({ collection }) => collection), own.map(({ key }) => key), clock.now()]
      const rows = await database.query<Row>(sql.get, values, 'read', callOptions)
      const answer = new Array<Entry | undefined>(own.length).fill(undefined)
      for (const row of rows) {
        const place = Number(row[0]) - 1
        const { collection, key } = own[place]!
        answer[place] = toEntry(row, collection, key)
      }
      return answer
    },

    async list(collection, range, callOptions) {
      begin(callOptions)
      assertName(collection, 'collection')
      assertRange(range)
      const values = [collection, ...textBounds(range), range.reverse ?? false, clock.now(), range.limit]
      const rows = await database.query<Row>(sql.list, values, 'read', callOptions)
      return rows.map((row) => toEntry(row, collection, row[0]))
    },

    async commit(changes, callOptions) {
      begin(callOptions)
      return commits.add(prepareCommit(changes), callOptions)
    },

    async collections(range, callOptions) {
      begin(callOptions)
      assertRange({ ...range })
      const values = [...textBounds(range), clock.now(), range.limit]
      return (await database.query<[string]>(sql.collections, values, 'read', callOptions)).map(([name]) => name)
    },

    async sweep(limit, callOptions) {
      begin(callOptions)
      assertLimit(limit)
      const rows = await database.query<[string]>(sql.sweep, [clock.now(), limit], 'write', callOptions)
      return Number(rows[0]![0])
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}
