import type { DatabaseSync } from 'node:sqlite'
import type { AppliedMigration, Clock, PendingMigration, TableSet } from '@threadkeep/core/store'
import { pendingMigrations } from '@threadkeep/core/store'
import { misconfigured } from './errors.ts'

/** Marks a file as Threadkeep's: `Thkp` in the header, where `file` and other tools look. */
export const applicationId = 0x54686b70

const ledger = `create table threadkeep_migrations(
  name text not null, number integer not null, checksum text not null, applied_at integer not null,
  primary key(name, number)
) without rowid`

/** What a file is: empty, or ours. Anything else is refused untouched. */
export function identify(db: DatabaseSync, path: string): 'empty' | 'ours' {
  const { application_id: id } = db.prepare('pragma application_id').get() as { application_id: number }
  if (id === applicationId) return 'ours'
  const { count } = db.prepare('select count(*) as count from sqlite_schema').get() as { count: number }
  if (id === 0 && count === 0) return 'empty'
  throw misconfigured(`${path} is a database of another program. Give the path of another file, or of none.`)
}

/** The migrations of the set that the file lacks. Refuses a file that is newer than this program, or was made otherwise. */
export function missingMigrations(db: DatabaseSync, path: string, set: TableSet): readonly PendingMigration[] {
  const sql = 'select number, checksum from threadkeep_migrations where name = ? order by number'
  return pendingMigrations(set, db.prepare(sql).all(set.name) as unknown as readonly AppliedMigration[], path)
}

/** Brings the file up to date. Must run inside a write transaction, so that it happens whole and once among all processes. */
export function migrate(db: DatabaseSync, path: string, set: TableSet, clock: Clock): void {
  if (identify(db, path) === 'empty') {
    db.exec(`pragma application_id = ${applicationId}`)
    db.exec(ledger)
  }
  const record = db.prepare('insert into threadkeep_migrations values (?, ?, ?, ?)')
  for (const { number, checksum, sql } of missingMigrations(db, path, set)) {
    db.exec(sql)
    record.run(set.name, number, checksum, clock.now())
  }
}
