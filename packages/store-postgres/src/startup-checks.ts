import { misconfigured } from './errors.ts'
import type { Queries } from './pool.ts'

const oldest = 13

/**
 * Refuses a server that would not keep the promises of a store: too old, a standby, not UTF-8. Warns when it would lose commits
 * at a crash.
 */
export async function checkServer(database: Queries): Promise<void> {
  const sql = `select current_setting('server_version'), pg_is_in_recovery()::text, current_setting('server_encoding'),
    current_setting('default_transaction_isolation'), current_setting('fsync'), current_setting('synchronous_commit')`
  const [settings] = await database.query<[string, string, string, string, string, string]>(sql, [], 'read')
  const [version, standby, encoding, isolation, fsync, synchronous] = settings!
  if (Number.parseInt(version, 10) < oldest) {
    throw misconfigured(`PostgreSQL ${version} is too old: the store needs ${oldest} or later.`)
  }
  if (standby === 'true') {
    throw misconfigured('This PostgreSQL server is a standby, which takes no writes. Connect to the primary.')
  }
  if (encoding !== 'UTF8') {
    throw misconfigured(`This database is encoded in ${encoding}: make one with "create database … encoding 'UTF8'".`)
  }
  if (isolation !== 'read committed') {
    throw misconfigured(
      `default_transaction_isolation is "${isolation}", but the store needs "read committed": its own locks make commits serialisable.`,
    )
  }
  const unsafe = [fsync === 'off' && 'fsync', synchronous === 'off' && 'synchronous_commit'].filter((name) => name)
  if (unsafe.length > 0) {
    process.emitWarning(
      `This PostgreSQL server has ${unsafe.join(' and ')} off, so a crash loses acknowledged commits.`,
      {
        code: 'THREADKEEP_POSTGRES_NOT_DURABLE',
      },
    )
  }
}
