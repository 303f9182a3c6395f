import type { CallOptions, TableSet } from '@threadkeep/core/store'
import { patience } from '@threadkeep/core/store'
import pg from 'pg'
import type { Progress } from './errors.ts'
import { impatientError, misconfigured, toThreadkeepError } from './errors.ts'
import { migrate } from './migrate.ts'
import { checkServer } from './startup-checks.ts'

/** What is needed of a connection of `pg`. */
export interface PgClient {
  query(query: {
    text: string
    values?: unknown[]
    rowMode: 'array'
    types: typeof asText
  }): Promise<{ rows: unknown[][] }>
  /** With an error or true the connection is thrown away. */
  release(error?: Error | boolean): void
}

/** What is needed of a pool; every `new pg.Pool()` is one. */
export interface PgPool {
  connect(): Promise<PgClient>
  readonly options: { readonly max?: number }
}

/** Where the database is: a URL, or a pool that its owner will close. */
export interface DatabaseOptions {
  /** `postgres://[user[:password]@]host[:port]/database`. Give this or `pool`. */
  readonly url?: string
  /** A pool of the package `pg`. It is used, never closed. */
  readonly pool?: PgPool
  /** How many connections a pool made from `url` may have. Default 10. */
  readonly connections?: number
  /** The schema that holds the tables, made if it must be. Stores of different schemas share nothing. Default `threadkeep`. */
  readonly schema?: string
  /** How long one call may wait for PostgreSQL, in milliseconds. Default 5,000. */
  readonly timeout?: number
}

/** A database whose tables are up to date. Every query is answered or rejected with a ThreadkeepError within the timeout. */
export interface Database {
  /** The quoted name of the schema. */
  readonly schema: string
  readonly timeout: number
  readonly connections: number
  /** Runs one statement and answers its rows, every column as text. */
  query<Row extends unknown[]>(
    text: string,
    values: unknown[],
    doing: 'read' | 'write',
    options?: CallOptions,
  ): Promise<Row[]>
  /** Answers when the queries under way have ended, and a pool that was made here is closed. */
  close(): Promise<void>
}

const defaultTimeout = 5_000
const defaultConnections = 10
// Values come as they are, so that nobody parses them twice or into something else.
const asText = { getTypeParser: () => (text: string) => text }

/** Opens a database, checks that its server is fit, and brings the tables up to date. */
export async function openDatabase(options: DatabaseOptions, tables: TableSet): Promise<Database> {
  const { schema = 'threadkeep', timeout = defaultTimeout, connections = defaultConnections } = options
  if (!Number.isInteger(timeout) || timeout < 1)
    throw misconfigured(`timeout must be whole milliseconds, not ${timeout}.`)
  if (!Number.isInteger(connections) || connections < 1) throw misconfigured(`connections must be a number from 1.`)
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw misconfigured('A schema is 1–63 lower-case letters, digits and underscores, such as "threadkeep".')
  }
  const { pool, release } = poolOf(options, timeout, connections)
  const database = over(pool, `"${schema}"`, timeout, release)
  try {
    await checkServer(database)
    await migrate(pool, schema, tables, timeout)
  } catch (error) {
    await database.close()
    throw toThreadkeepError(error, 'unsent')
  }
  return database
}

function poolOf(
  { url, pool }: DatabaseOptions,
  timeout: number,
  max: number,
): { pool: PgPool; release: () => Promise<void> } {
  if (pool && url === undefined) return { pool, release: async () => {} }
  if (url === undefined || pool) throw misconfigured('Give either the url of a PostgreSQL database or a pool.')
  const own = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: timeout,
    // The server gives up before the caller does, so that most late commits are known to be undone.
    statement_timeout: Math.max(1, Math.floor(timeout * 0.8)),
    keepAlive: true,
    application_name: 'threadkeep',
  })
  // An idle connection that breaks is replaced when it is needed; without a listener it would end the process.
  own.on('error', () => {})
  return { pool: own, release: () => own.end() }
}

function over(pool: PgPool, schema: string, timeout: number, release: () => Promise<void>): Database {
  const underWay = new Set<Promise<unknown>>()

  const query = <Row extends unknown[]>(
    text: string,
    values: unknown[],
    doing: 'read' | 'write',
    options?: CallOptions,
  ): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      let progress: Progress = 'unsent'
      let ended = false
      let client: PgClient | undefined
      const giveBack = (broken: boolean): void => {
        client?.release(broken)
        client = undefined
      }
      const stop = patience(timeout, options, ({ code, cause }) => {
        ended = true
        reject(impatientError(code, timeout, progress, cause))
        // What does not answer in time is not waited for by the next one.
        if (code === 'TIMEOUT') giveBack(true)
      })
      const run = async (): Promise<void> => {
        try {
          client = await pool.connect()
          if (ended) return giveBack(false)
          progress = doing
          const { rows } = await client.query({ text, values, rowMode: 'array', types: asText })
          resolve(rows as Row[])
          giveBack(false)
        } catch (error) {
          const failure = toThreadkeepError(error, progress)
          reject(failure)
          giveBack(failure.code === 'UNAVAILABLE')
        } finally {
          stop()
        }
      }
      const running = run().finally(() => underWay.delete(running))
      underWay.add(running)
    })

  return {
    schema,
    timeout,
    connections: pool.options.max ?? defaultConnections,
    query,
    async close() {
      await Promise.allSettled(underWay)
      await release()
    },
  }
}
