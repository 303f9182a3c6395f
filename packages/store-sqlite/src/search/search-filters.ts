import type { SQLInputValue } from 'node:sqlite'
import type { SearchQuery } from '@threadkeep/core'
import { secondOf, slots } from './search-tables.ts'

/** A part of a `where`, each condition led by `and`, and what its question marks stand for. */
export interface Filter {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** What the ids know of `from` and `to`: FTS5 (`f`) then reads no more than that stretch. */
export function stretchOf({ from, to }: SearchQuery): Filter {
  const bounds: [sql: string, value: SQLInputValue][] = []
  if (from !== undefined) bounds.push([`and f.rowid >= cast(? as integer) * ${slots}`, secondOf(from)])
  if (to !== undefined) bounds.push([`and f.rowid < cast(? as integer) * ${slots} + ${slots}`, secondOf(to)])
  return joined(bounds)
}

/** What a document (`d`) has to be, apart from whose it is. */
export function conditionsOf({ roles, kinds, from, to }: SearchQuery, now: number): Filter {
  const conditions: [sql: string, value: SQLInputValue][] = [['and (d.expires_at is null or d.expires_at > ?)', now]]
  if (roles) conditions.push(oneOf('role', roles))
  if (kinds) conditions.push(oneOf('kind', kinds))
  if (from !== undefined) conditions.push(['and d.created_at >= ?', from])
  if (to !== undefined) conditions.push(['and d.created_at < ?', to])
  return joined(conditions)
}

/** Whose a document (`d`) has to be; undefined when that does not matter. */
export function ownersOf({ threadIds, authorIds }: SearchQuery): Filter | undefined {
  const owners: [sql: string, value: SQLInputValue][] = []
  if (threadIds) owners.push(oneOf('thread_id', threadIds))
  if (authorIds) owners.push(oneOf('author_id', authorIds))
  return owners.length > 0 ? joined(owners) : undefined
}

function oneOf(column: string, list: readonly string[]): [sql: string, value: SQLInputValue] {
  return [`and d.${column} in (select value from json_each(?))`, JSON.stringify(list)]
}

function joined(parts: readonly [sql: string, value: SQLInputValue][]): Filter {
  return { sql: parts.map(([sql]) => sql).join(' '), values: parts.map(([, value]) => value) }
}
