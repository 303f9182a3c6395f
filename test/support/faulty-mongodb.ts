import { MongoClient } from 'mongodb'
import type { OwnServer } from './services/index.ts'
import { ownServer, service } from './services/index.ts'

/** What the fail point `failCommand` does to the commands it meets. */
export interface Fault {
  readonly failCommands: readonly string[]
  readonly closeConnection?: true
  readonly errorCode?: number
  readonly errorLabels?: readonly string[]
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string }
  readonly blockConnection?: true
  readonly blockTimeMS?: number
}

/** A MongoDB server of its own that fails on demand. */
export interface FaultyServer extends AsyncDisposable {
  readonly server: OwnServer
  /** A new database. Commands of clients that carry its name in the URL fail; those of others do not. */
  url(database: string): string
  fail(fault: Fault, mode?: 'alwaysOn' | { readonly times: number }): Promise<void>
  heal(): Promise<void>
  readonly client: MongoClient
}

/** Whether MongoDB's protocol is spoken by the stand-in, which starts in other ways than mongod. */
export const isStandIn = (await service('mongodb')).server.startsWith('SecantusDB')

const victim = 'victim'

/** Starts one. */
export async function faultyServer(): Promise<FaultyServer> {
  const server = await ownServer('mongodb', isStandIn ? {} : { args: ['--setParameter', 'enableTestCommands=1'] })
  // The stand-in announces no change of its state, it has to be asked.
  const asking = { serverMonitoringMode: 'poll', heartbeatFrequencyMS: '500' }
  const withParameters = (parameters: Readonly<Record<string, string>>, path = '/'): string => {
    const address = new URL(server.url)
    address.pathname = path
    for (const [name, value] of Object.entries({ ...(isStandIn && asking), ...parameters })) {
      address.searchParams.set(name, value)
    }
    return address.href
  }
  const client = await new MongoClient(withParameters({})).connect()
  const set = async (options: object): Promise<void> => {
    await client.db('admin').command({ configureFailPoint: 'failCommand', ...options })
  }
  return {
    server,
    client,
    url: (database) => withParameters({ appName: victim }, `/${database}`),
    fail: (fault, mode = 'alwaysOn') => set({ mode, data: { ...fault, appName: victim } }),
    heal: () => set({ mode: 'off' }),
    async [Symbol.asyncDispose]() {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
