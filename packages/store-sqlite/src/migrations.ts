import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@threadkeep/core/store'
import { misconfigured } from './errors.ts'

/**
 * Tables that belong together and grow together: migration `n` of a set is its `n`th text. A text that has been released never
 * changes; a new one is appended.
 */
export interface TableSet {
  readonly name: string
  readonly migrations: readonly string[]
}

/** Marks a file as Threadkeep's: `Thkp` in the header, where `file` and other tools look. */
export const applicationId = 0x54686b70

const ledger = `create table threadkeep_migrations(
  name text not null, number integer not null, checksum text not null, applied_at integer not null,
  primary key(name, number)
) without rowid`

interface Applied {
  readonly number: number
  readonly checksum: string
}

/** What a file is: empty, or ours. Anything else is refused untouched. */
export function identify(db: DatabaseSync, path: string): 'empty' | 'ours' {
  const { application_id: id } = db.prepare('pragma application_id').get() as { application_id: number }
  if (id === applicationId) return 'ours'
  const { count } = db.prepare('select count(*) as count from sqlite_schema').get() as { count: number }
  if (id === 0 && count === 0) return 'empty'
  throw misconfigured(`${path} is a database of another program. Give the path of another file, or of none.`)
}

/** How many migrations of the set the file lacks. Refuses a file that is newer than this program, or was made otherwise. */
export function missingMigrations(db: DatabaseSync, path: string, set: TableSet): number {
  const applied = readLedger(db, set.name)
  if (applied.length > set.migrations.length) {
    throw misconfigured(
      `${path} was written by a newer version of Threadkeep (${set.name} ${applied.length}, this one knows ${set.migrations.length}). Upgrade this program.`,
    )
  }
  for (const [index, { number, checksum }] of applied.entries()) {
    if (number !== index + 1 || checksum !== checksumOf(set.migrations[index]!)) {
      throw misconfigured(
        `${path} was made by another edition of Threadkeep: migration ${set.name} ${number} differs. Use the program that made it, or copy its records to a new file.`,
      )
    }
  }
  return set.migrations.length - applied.length
}

/** Brings the file up to date. Must run inside a write transaction, so that it happens whole and once among all processes. */
export function migrate(db: DatabaseSync, path: string, set: TableSet, clock: Clock): void {
  if (identify(db, path) === 'empty') {
    db.exec(`pragma application_id = ${applicationId}`)
    db.exec(ledger)
  }
  const missing = missingMigrations(db, path, set)
  const record = db.prepare('insert into threadkeep_migrations values (?, ?, ?, ?)')
  for (let number = set.migrations.length - missing + 1; number <= set.migrations.length; number++) {
    const sql = set.migrations[number - 1]!
    db.exec(sql)
    record.run(set.name, number, checksumOf(sql), clock.now())
  }
}

function readLedger(db: DatabaseSync, name: string): readonly Applied[] {
  const sql = 'select number, checksum from threadkeep_migrations where name = ? order by number'
  return db.prepare(sql).all(name) as unknown as readonly Applied[]
}

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}
