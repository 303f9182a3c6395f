import type { CallOptions } from '@threadkeep/core/store'
import { patience } from '@threadkeep/core/store'
import pg from 'pg'
import type { Progress } from './errors.ts'
import { impatientError, misconfigured, toThreadkeepError } from './errors.ts'

/** A message of NOTIFY. */
export interface PgNotification {
  readonly channel: string
  readonly payload?: string | undefined
}

/** A statement whose answer is rows of texts. */
export interface PgQuery {
  readonly text: string
  readonly values?: unknown[]
  readonly rowMode: 'array'
  readonly types: { getTypeParser(): (text: string) => string }
}

/** What is needed of a connection of `pg`. */
export interface PgClient {
  query(query: PgQuery): Promise<{ rows: unknown[][] }>
  on(event: 'error', listener: () => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'notification', listener: (notification: PgNotification) => void): unknown
  /** With an error or true the connection is thrown away. */
  release(error?: Error | boolean): void
}

/** What is needed of a pool; every `new pg.Pool()` is one. */
export interface PgPool {
  connect(): Promise<PgClient>
  readonly options: { readonly max: number }
}

/** Where the database is: a URL, or a pool that its owner will close. */
export interface PoolOptions {
  /** `postgres://[user[:password]@]host[:port]/database`. Give this or `pool`. */
  readonly url?: string
  /** A pool of the package `pg`. It is used, never closed. */
  readonly pool?: PgPool
  /** How many connections a pool made from `url` may have. Default 10. */
  readonly connections?: number
  /** How long one call may wait for PostgreSQL, in milliseconds. Default 5,000. */
  readonly timeout?: number
}

/** Queries through a pool. Each is answered or rejected with a ThreadkeepError within the timeout. */
export interface Queries {
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

/** A statement as the driver takes it. */
export function statement(text: string, values: unknown[] = []): PgQuery {
  return { text, values, rowMode: 'array', types: asText }
}

/** The pool that the options name or ask for, and queries through it. Nothing has been connected yet. */
export function openPool(options: PoolOptions): { readonly pool: PgPool; readonly database: Queries } {
  const { connections = defaultConnections } = options
  const timeout = assertTimeout(options.timeout)
  if (!Number.isInteger(connections) || connections < 1) {
    throw misconfigured(`connections must be a whole number from 1, not ${connections}.`)
  }
  const { pool, release } = poolOf(options, timeout, connections)
  return { pool, database: queries(pool, timeout, release) }
}

/** The timeout, or the usual one. */
export function assertTimeout(timeout: number = defaultTimeout): number {
  if (Number.isInteger(timeout) && timeout > 0) return timeout
  throw misconfigured(`timeout must be whole milliseconds, not ${timeout}.`)
}

function poolOf(
  { url, pool }: PoolOptions,
  timeout: number,
  max: number,
): { pool: PgPool; release: () => Promise<void> } {
  if (pool && url === undefined) return { pool, release: async () => {} }
  if (url === undefined || pool) throw misconfigured('Give either the url of a PostgreSQL database or a pool.')
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw misconfigured('A PostgreSQL URL reads postgres://user@host:5432/database.')
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
  // The server may end a connection in the very message that makes it: by the time `connect` has resolved, it is too late to listen.
  own.on('connect', (client) => client.on('error', () => {}))
  return { pool: own, release: () => own.end() }
}

function queries(pool: PgPool, timeout: number, release: () => Promise<void>): Queries {
  const underWay = new Set<Promise<unknown>>()
  const heard = new WeakSet<PgClient>()

  const takeClient = async (): Promise<PgClient> => {
    const client = await pool.connect()
    // A connection that breaks while a query is under way says so twice, and an error event nobody hears would end the process.
    if (!heard.has(client)) client.on('error', () => {})
    heard.add(client)
    return client
  }

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
      let stop = patience(timeout, options, ({ code, cause }) => {
        ended = true
        reject(impatientError(code, timeout, progress, cause))
        // What does not answer in time is thrown away; what nobody waits for any more still has its time.
        if (code === 'TIMEOUT') giveBack(true)
        else stop = patience(timeout, undefined, () => giveBack(true))
      })
      const run = async (): Promise<void> => {
        try {
          client = await takeClient()
          if (ended) return giveBack(false)
          progress = doing
          const { rows } = await client.query(statement(text, values))
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
    timeout,
    connections: pool.options.max,
    query,
    async close() {
      await Promise.allSettled(underWay)
      await release()
    },
  }
}
