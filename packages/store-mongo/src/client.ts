import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Db } from 'mongodb'
import { MongoClient, ReadConcern } from 'mongodb'
import { storeError } from './errors.ts'

/** Which MongoDB, and which database on it. */
export type MongoOptions = (
  | {
      /** `mongodb://…` or `mongodb+srv://…`, of a replica set. A database in its path is the default for `database`. */
      readonly url: string
      readonly client?: never
    }
  | {
      /** A client of yours. It stays open when what uses it is closed. */
      readonly client: MongoClient
      readonly url?: never
    }
) & {
  /** Default: the database in the path of `url`, else `threadkeep`. */
  readonly database?: string
  /** How long a call may take in milliseconds, retries and waiting included, before it rejects with `TIMEOUT`. Default 15,000. */
  readonly deadline?: number
}

/** An open connection to a replica set. */
export interface Connection {
  readonly client: MongoClient
  /** Reads what a majority has, from the primary; writes to a majority. */
  readonly db: Db
  /** Whether one command can write to several collections (MongoDB 8.0 and later). */
  readonly writesAcrossCollections: boolean
  readonly deadline: number
  /** Closes the client if it was opened here. */
  close(): Promise<void>
}

const wireVersion = { mongodb60: 17, mongodb80: 25 }
const replicaSetHelp =
  'Threadkeep needs transactions, and a standalone MongoDB server has none. A replica set of one is enough: start mongod with --replSet rs0, ' +
  'run `mongosh --eval "rs.initiate()"` once, and add ?replicaSet=rs0 to the URL.'

/** Opens the client if it has to, and makes sure that the server can keep what the stores of this package promise. */
export async function connect(options: MongoOptions): Promise<Connection> {
  const deadline = options.deadline ?? 15_000
  if (!(deadline > 0)) throw new ThreadkeepError('INVALID', 'deadline is a number of milliseconds above 0.')
  const client = options.client ?? open(options.url, deadline)
  const close = async (): Promise<void> => {
    // The driver says goodbye to the server, which may not be there to hear it.
    if (!options.client) await Promise.race([client.close(), sleep(deadline, undefined, { ref: false })])
  }
  try {
    const database = options.database ?? databaseIn(options.url) ?? 'threadkeep'
    if (['admin', 'config', 'local'].includes(database)) {
      throw misconfigured(`MongoDB keeps the database ${database} to itself. Choose another one.`)
    }
    if (client.options.retryWrites === false) {
      throw misconfigured('The MongoDB client has retryWrites: false. Retried writes would count twice: leave it on.')
    }
    const writesAcrossCollections = await inspect(client)
    const db = client.db(database, {
      readPreference: 'primary',
      readConcern: new ReadConcern('majority'),
      writeConcern: { w: 'majority' },
      promoteValues: true,
      promoteLongs: true,
      useBigInt64: false,
      raw: false,
    })
    return { client, db, writesAcrossCollections, deadline, close }
  } catch (error) {
    await close()
    throw explain(error)
  }
}

function open(url: string | undefined, deadline: number): MongoClient {
  if (typeof url !== 'string') throw new ThreadkeepError('INVALID', 'Give the store a url or a client.')
  try {
    return new MongoClient(url, {
      driverInfo: { name: 'threadkeep' },
      retryWrites: true,
      retryReads: true,
      serverSelectionTimeoutMS: deadline,
      connectTimeoutMS: deadline,
      // A primary that is back is found soon, also where the server does not announce it.
      heartbeatFrequencyMS: 2_000,
      // A connection that went silent must not keep a caller's place for ever.
      socketTimeoutMS: 2 * deadline,
    })
  } catch (cause) {
    throw misconfigured(`This is no MongoDB URL that the driver understands: ${(cause as Error).message}`, cause)
  }
}

async function inspect(client: MongoClient): Promise<boolean> {
  const hello = await client.db('admin').command({ hello: 1 })
  if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') throw misconfigured(replicaSetHelp)
  const wire = Number(hello['maxWireVersion'])
  if (wire < wireVersion.mongodb60) {
    throw misconfigured('This MongoDB server is too old. Threadkeep needs MongoDB 6.0 or later.')
  }
  return wire >= wireVersion.mongodb80
}

function databaseIn(url: string | undefined): string | undefined {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url ?? '')?.[1]
  return path === undefined ? undefined : decodeURIComponent(path)
}

function explain(error: unknown): ThreadkeepError {
  const known = storeError(error)
  if ((error as Error).name !== 'MongoServerSelectionError') return known
  return new ThreadkeepError(
    'UNAVAILABLE',
    `No primary of a MongoDB replica set was found. Check host, port and the name of the replica set. ${replicaSetHelp}`,
    { cause: error },
  )
}

function misconfigured(message: string, cause?: unknown): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message, { cause })
}
