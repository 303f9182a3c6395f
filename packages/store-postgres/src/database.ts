import type { TableSet } from '@threadkeep/core/store'
import { misconfigured, toThreadkeepError } from './errors.ts'
import { migrate } from './migrate.ts'
import type { PoolOptions, Queries } from './pool.ts'
import { openPool } from './pool.ts'
import { checkServer } from './startup-checks.ts'

/** Which tables, and where. */
export interface DatabaseOptions extends PoolOptions {
  /** The schema that holds the tables, made if it must be. Stores of different schemas share nothing. Default `threadkeep`. */
  readonly schema?: string
}

/** A database whose tables are up to date. */
export interface Database extends Queries {
  /** The quoted name of the schema. */
  readonly schema: string
}

/** Opens a database, checks that its server is fit, and brings the tables up to date. */
export async function openDatabase(options: DatabaseOptions, tables: TableSet): Promise<Database> {
  const { schema = 'threadkeep' } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw misconfigured('A schema is 1–63 lower-case letters, digits and underscores, such as "threadkeep".')
  }
  const { database, pool } = openPool(options)
  try {
    await checkServer(database)
    await migrate(pool, schema, tables, database.timeout)
  } catch (error) {
    await database.close()
    throw toThreadkeepError(error, 'unsent')
  }
  return { ...database, schema: `"${schema}"` }
}
