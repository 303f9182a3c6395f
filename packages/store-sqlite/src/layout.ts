import type { StatementSync } from 'node:sqlite'
import type { Address, Change, Clock, CommitResult, Entry, JsonObject, Range, Version } from '@threadkeep/core/store'
import { compareBytes, prefixUpperBound, ThreadkeepError, toJsonText } from '@threadkeep/core/store'
import type { Database } from './database.ts'
import type { TableSet } from './migrations.ts'
import { views } from './views.ts'

/** The tables of the store. Text is compared by its UTF-8 bytes (BINARY is SQLite's default), which is the contract's order. */
export const storeTables: TableSet = {
  name: 'store',
  migrations: [
    `create table records(
      collection text not null,
      key text not null,
      value text not null,
      version text not null,
      expires_at integer,
      primary key(collection, key)
    ) without rowid;
    create index records_by_expiry on records(expires_at) where expires_at is not null;
    ${views}`,
  ],
}

type Row = [key: string, value: string, version: Version, expiresAt: number | null]

const columns = 'key, value, version, expires_at'
const live = '(expires_at is null or expires_at > ?)'
const getSql = `select ${columns} from records where collection = ? and key = ? and ${live}`
const versionSql = `select version from records where collection = ? and key = ? and ${live}`
const putSql = `insert into records values (?, ?, ?, ?, ?) on conflict do update
  set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`
const deleteSql = 'delete from records where collection = ? and key = ?'
const nextCollectionSql = `select collection from records where collection > ? and ${live} order by collection, key limit 1`
const firstCollectionSql = nextCollectionSql.replace('>', '>=')
const sweepSql = `delete from records where (collection, key) in
  (select collection, key from records where expires_at <= ? order by expires_at limit ?)`

/** A commit of its own: nothing its caller does changes it. */
export interface PreparedCommit {
  readonly checks: readonly (Address & { readonly version: Version | null })[]
  /** In order. `text` is the JSON of a put; without it, a delete. */
  readonly writes: readonly (Address & { readonly text?: string; readonly expiresAt?: number })[]
}

/** Takes the store's own copy of changes whose form has been checked. Throws `INVALID` for a value that is not plain JSON. */
export function prepareCommit(changes: readonly Change[]): PreparedCommit {
  const checks: (Address & { version: Version | null })[] = []
  const writes: (Address & { text?: string; expiresAt?: number })[] = []
  for (const change of changes) {
    const { collection, key } = change.at
    if (change.type === 'check') checks.push({ collection, key, version: change.version })
    else if (change.type === 'delete') writes.push({ collection, key })
    else {
      const text = toJsonText(change.value)
      writes.push(
        change.expiresAt === undefined
          ? { collection, key, text }
          : { collection, key, text, expiresAt: change.expiresAt },
      )
    }
  }
  return { checks, writes }
}

/** The verbs as SQL. Each runs at once: reads inside `database.read`, writes inside `database.write`. */
export interface Records {
  get(at: readonly Address[]): (Entry | undefined)[]
  list(collection: string, range: Range): Entry[]
  collections(range: { readonly prefix?: string; readonly after?: string; readonly limit: number }): string[]
  commit(commit: PreparedCommit, version: Version): CommitResult
  /** Removes the records that expired first, at most `limit`; answers how many. */
  sweep(limit: number): number
}

/** The records of an open file. */
export function records(database: Database, clock: Clock): Records {
  const { prepare } = database

  const getOne = (statement: StatementSync, { collection, key }: Address, now: number): Entry | undefined => {
    const row = statement.get(collection, key, now) as Row | undefined
    return row && toEntry(collection, row)
  }

  return {
    get(at) {
      const now = clock.now()
      const statement = prepare(getSql)
      const all = () => at.map((address) => getOne(statement, address, now))
      // One statement sees one state by itself.
      return at.length > 1 ? database.snapshot(all) : all()
    },

    list(collection, range) {
      const { sql, bounds } = selectRange(range)
      const rows = prepare(sql).all(collection, ...bounds, clock.now(), range.limit) as unknown as Row[]
      return rows.map((row) => toEntry(collection, row))
    },

    collections({ prefix = '', after, limit }) {
      const now = clock.now()
      const names: string[] = []
      return database.snapshot(() => {
        const next = prepare(nextCollectionSql)
        const startsAfter = after !== undefined && compareBytes(after, prefix) >= 0
        let row = (startsAfter ? next.get(after, now) : prepare(firstCollectionSql).get(prefix, now)) as
          | [string]
          | undefined
        while (row?.[0].startsWith(prefix) && names.push(row[0]) < limit)
          row = next.get(row[0], now) as [string] | undefined
        return names
      })
    },

    commit({ checks, writes }, version) {
      const now = clock.now()
      for (const { collection, key, version: wanted } of checks) {
        const row = prepare(versionSql).get(collection, key, now) as [string] | undefined
        if ((row ? row[0] : null) !== wanted) return { ok: false, conflict: { collection, key } }
      }
      for (const { collection, key, text, expiresAt } of writes) {
        if (text === undefined || (expiresAt !== undefined && expiresAt <= now)) prepare(deleteSql).run(collection, key)
        else prepare(putSql).run(collection, key, text, version, expiresAt ?? null)
      }
      return { ok: true, version }
    },

    sweep: (limit) => Number(prepare(sweepSql).run(clock.now(), limit).changes),
  }
}

/** The statement of a range and the values of its bounds: the tighter one of prefix and position on either side. */
function selectRange({ prefix = '', after, before, reverse }: Range): { sql: string; bounds: string[] } {
  const bounds: string[] = []
  let where = 'collection = ?'
  if (after !== undefined && compareBytes(after, prefix) >= 0) {
    where += ' and key > ?'
    bounds.push(after)
  } else if (prefix !== '') {
    where += ' and key >= ?'
    bounds.push(prefix)
  }
  const end = prefix === '' ? undefined : prefixUpperBound(prefix)
  const upper = end === undefined || (before !== undefined && compareBytes(before, end) < 0) ? before : end
  if (upper !== undefined) {
    where += ' and key < ?'
    bounds.push(upper)
  }
  const sql = `select ${columns} from records where ${where} and ${live} order by key${reverse ? ' desc' : ''} limit ?`
  return { sql, bounds }
}

function toEntry(collection: string, [key, text, version, expiresAt]: Row): Entry {
  let value: JsonObject
  try {
    value = JSON.parse(text) as JsonObject
  } catch (cause) {
    const details = { collection, key }
    throw new ThreadkeepError('CORRUPT', `The record ${key} of ${collection} is not JSON. Restore it from a backup.`, {
      details,
      cause,
    })
  }
  return expiresAt === null ? { collection, key, value, version } : { collection, key, value, version, expiresAt }
}
