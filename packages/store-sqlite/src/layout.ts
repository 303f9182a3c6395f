import type { Address, Clock, CommitResult, Entry, Range, TableSet, TakenChange, Version } from '@threadkeep/core/store'
import { compareBytes, parseValue, rangeBounds } from '@threadkeep/core/store'
import type { Database } from './database.ts'
import { views } from './views.ts'

/**
 * The tables of the store. SQLite compares text by its UTF-8 bytes, which is the contract's order. Records stand in the order they came
 * and are found through an index of names alone: what one transaction writes, in however many collections, shares a few pages.
 */
export const storeTables: TableSet = {
  name: 'store',
  migrations: [
    `create table records(
      collection text not null,
      key text not null,
      value text not null,
      version text not null,
      expires_at integer
    );
    create unique index records_by_name on records(collection, key);
    create index records_by_expiry on records(expires_at) where expires_at is not null;
    ${views}`,
  ],
}

/** A stretch of collection names, as `collections` is asked for it. */
export interface NameRange {
  readonly prefix?: string
  readonly after?: string
  readonly limit: number
}

/** The verbs as SQL. Each runs at once: the reading ones inside `database.read`, the writing ones inside `database.write`. */
export interface Records {
  get(at: readonly Address[]): (Entry | undefined)[]
  list(collection: string, range: Range): Entry[]
  collections(range: NameRange): string[]
  commit(changes: readonly TakenChange<string>[], version: Version): CommitResult
  /** Removes at most `limit` expired records, those that expired first; answers how many. */
  sweep(limit: number): number
}

type TakenPut = Extract<TakenChange<string>, { readonly type: 'put' }>
type Row = [key: string, text: string, version: Version, expiresAt: number | null]

const live = '(expires_at is null or expires_at > ?)'
const getSql = `select key, value, version, expires_at from records where collection = ? and key = ? and ${live}`
const versionSql = `select version from records where collection = ? and key = ? and ${live}`
const putSql = `insert into records values (?, ?, ?, ?, ?) on conflict(collection, key) do update
  set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`
const moveSql = `update or replace records set key = ?, value = ?, version = ?, expires_at = ?
  where collection = ? and key = ?`
const deleteSql = 'delete from records where collection = ? and key = ?'
const sweepSql = `delete from records where rowid in
  (select rowid from records where expires_at <= ? order by expires_at limit ?)`

/** The records of an open file. */
export function records(database: Database, clock: Clock): Records {
  const { prepare, snapshot } = database

  const findConflict = (changes: readonly TakenChange<string>[], now: number): Address | undefined => {
    for (const change of changes) {
      if (change.type !== 'check') continue
      const { collection, key } = change.at
      const row = prepare(versionSql).get(collection, key, now) as [string] | undefined
      if ((row ? row[0] : null) !== change.version) return change.at
    }
    return undefined
  }

  /** Deletes the record at `from` and puts another in its stead; false when there is none. */
  const move = (from: string, { at, value, expiresAt }: TakenPut, version: Version): boolean =>
    prepare(moveSql).run(at.key, value, version, expiresAt ?? null, at.collection, from).changes > 0

  return {
    get(at) {
      const now = clock.now()
      const statement = prepare(getSql)
      const readAll = (): (Entry | undefined)[] =>
        at.map(({ collection, key }) => {
          const row = statement.get(collection, key, now) as Row | undefined
          return row && toEntry(collection, row)
        })
      // One statement sees one state of the file by itself.
      return at.length > 1 ? snapshot(readAll) : readAll()
    },

    list(collection, range) {
      const { lower, upper } = rangeBounds(range)
      const bounds: string[] = []
      let where = 'collection = ?'
      if (lower) {
        where += lower.inclusive ? ' and key >= ?' : ' and key > ?'
        bounds.push(lower.key)
      }
      if (upper !== undefined) {
        where += ' and key < ?'
        bounds.push(upper)
      }
      const order = range.reverse ? 'key desc' : 'key'
      const sql = `select key, value, version, expires_at from records where ${where} and ${live} order by ${order} limit ?`
      const rows = prepare(sql).all(collection, ...bounds, clock.now(), range.limit) as unknown as Row[]
      return rows.map((row) => toEntry(collection, row))
    },

    collections(range) {
      const now = clock.now()
      const { lower, upper } = rangeBounds(range)
      const next = (comparison: '>' | '>=', name: string): string | undefined => {
        // From one collection to the next, however many records lie between.
        const sql = `select collection from records where collection ${comparison} ? and ${live} order by collection, key limit 1`
        const row = prepare(sql).get(name, now) as [string] | undefined
        return row && (upper === undefined || compareBytes(row[0], upper) < 0) ? row[0] : undefined
      }
      return snapshot(() => {
        const names: string[] = []
        let name = next(lower && !lower.inclusive ? '>' : '>=', lower?.key ?? '')
        while (name !== undefined && names.push(name) < range.limit) name = next('>', name)
        return names
      })
    },

    commit(changes, version) {
      const now = clock.now()
      const conflict = findConflict(changes, now)
      if (conflict) return { ok: false, conflict }
      for (let i = 0; i < changes.length; i++) {
        const change = changes[i]!
        if (change.type === 'check') continue
        const { collection, key } = change.at
        const put = livePut(change, now)
        if (put) {
          // `get`, which answers nothing here: what `run` tells of a write costs as much as a twentieth of an append.
          prepare(putSql).get(collection, key, put.value, version, put.expiresAt ?? null)
          continue
        }
        // What moves within a collection keeps its place in the file: one page is written instead of two.
        const next = livePut(changes[i + 1], now)
        if (next?.at.collection === collection && move(key, next, version)) i++
        else prepare(deleteSql).get(collection, key)
      }
      return { ok: true, version }
    },

    sweep: (limit) => Number(prepare(sweepSql).run(clock.now(), limit).changes),
  }
}

/** The change, if a record is there after it. */
function livePut(change: TakenChange<string> | undefined, now: number): TakenPut | undefined {
  return change?.type === 'put' && (change.expiresAt === undefined || change.expiresAt > now) ? change : undefined
}

function toEntry(collection: string, [key, text, version, expiresAt]: Row): Entry {
  const value = parseValue(text, collection, key)
  return expiresAt === null ? { collection, key, value, version } : { collection, key, value, version, expiresAt }
}
