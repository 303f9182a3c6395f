import { createHash } from 'node:crypto'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'

/**
 * Tables that belong together and grow together: migration `n` of a set is its `n`th text. A text that has been released never
 * changes; a new one is appended.
 */
export interface TableSet {
  readonly name: string
  readonly migrations: readonly string[]
}

/** What a database's ledger says of a migration that has happened. */
export interface AppliedMigration {
  readonly number: number
  readonly checksum: string
}

/** A migration that has yet to happen. */
export interface PendingMigration extends AppliedMigration {
  readonly sql: string
}

/**
 * The migrations of a set that a database lacks, in order. A database that is newer than this program, or was made otherwise,
 * is `MISCONFIGURED`. `place` names the database for people.
 */
export function pendingMigrations(
  set: TableSet,
  applied: readonly AppliedMigration[],
  place: string,
): readonly PendingMigration[] {
  const known = set.migrations.map((sql, index) => ({ number: index + 1, checksum: checksumOf(sql), sql }))
  if (applied.length > known.length) {
    throw misconfigured(
      `${place} was written by a newer version of Threadkeep (${set.name} ${applied.length}, this one knows ${known.length}). Upgrade this program.`,
    )
  }
  for (const [index, { number, checksum }] of applied.entries()) {
    if (number !== known[index]!.number || checksum !== known[index]!.checksum) {
      throw misconfigured(
        `${place} was made by another edition of Threadkeep: migration ${set.name} ${number} differs. Use the program that made it, or copy its records to a new one.`,
      )
    }
  }
  return known.slice(applied.length)
}

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex')
}

function misconfigured(message: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message)
}
