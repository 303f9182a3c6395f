import type { AppliedMigration, TableSet } from '@threadkeep/core/store'
import { pendingMigrations } from '@threadkeep/core/store'
import type { PgClient, PgPool } from './pool.ts'
import { statement } from './pool.ts'

/**
 * Brings the tables of a schema up to date: whole, and once among all processes that try. A schema that is up to date is only
 * read, so a user without the right to change it may open it.
 */
export async function migrate(pool: PgPool, schema: string, set: TableSet, timeout: number): Promise<void> {
  const client = await pool.connect()
  client.on('error', () => {})
  let broken = true
  try {
    const pending = pendingMigrations(set, await readLedger(client, schema, set.name), placeOf(schema))
    if (pending.length > 0) await applyPending(client, schema, set, timeout)
    broken = false
  } finally {
    // A connection that failed in the middle of a transaction is of no use to the next one.
    client.release(broken)
  }
}

async function applyPending(client: PgClient, schema: string, set: TableSet, timeout: number): Promise<void> {
  const run = (text: string, values: unknown[] = []) => client.query(statement(text, values))
  await run('begin isolation level read committed')
  // Building an index on a table in use takes its time; waiting for another migration does not end in an error.
  await run('set local statement_timeout = 0')
  await run(`set local lock_timeout = ${timeout * 10}`)
  await run("select pg_advisory_xact_lock(hashtextextended('threadkeep migrations', 0))")
  const { rows } = await run('select 1 from pg_namespace where nspname = $1', [schema])
  if (rows.length === 0) await run(`create schema "${schema}"`)
  await run(`set local search_path to "${schema}"`)
  await run(`create table if not exists threadkeep_migrations(
    name text not null, number int not null, checksum text not null, applied_at timestamptz not null default now(),
    primary key (name, number))`)
  const applied = await readLedger(client, schema, set.name)
  for (const { number, checksum, sql } of pendingMigrations(set, applied, placeOf(schema))) {
    await run(sql)
    const values = [set.name, String(number), checksum]
    await run('insert into threadkeep_migrations (name, number, checksum) values ($1, $2, $3)', values)
  }
  await run('commit')
}

async function readLedger(client: PgClient, schema: string, name: string): Promise<readonly AppliedMigration[]> {
  const ledger = `"${schema}".threadkeep_migrations`
  const { rows: there } = await client.query(statement('select to_regclass($1) is not null', [ledger]))
  if (there[0]![0] !== 't') return []
  const text = `select number, checksum from ${ledger} where name = $1 order by number`
  const { rows } = await client.query(statement(text, [name]))
  return rows.map(([number, checksum]) => ({ number: Number(number), checksum: checksum as string }))
}

function placeOf(schema: string): string {
  return `The schema "${schema}"`
}
