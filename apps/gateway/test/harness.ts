import type { Backend } from '@threadkeep/adapters'
import type { Scope, Threadkeep } from '@threadkeep/core'
import { createThreadkeep, localLiveBus, memorySearchIndex, memoryStore } from '@threadkeep/core'
import type { Client, ClientOptions } from 'graphql-ws'
import { createClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Gateway, GatewayOptions } from '../src/gateway.ts'
import { startGateway } from '../src/gateway.ts'
import { signToken } from '../src/identity/sign-token.ts'

export { createKeySet } from '../src/identity/key-source.ts'
export { createLog, described } from '../src/operation/log.ts'

/** As `JSON.parse` answers it: tests say what they expect of it. */
export type Parsed = ReturnType<typeof JSON.parse>

/** What a GraphQL answer looks like from outside. */
export interface Answer {
  readonly data?: Parsed
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly unknown[]
    readonly extensions: Record<string, unknown>
  }[]
}

/** Someone with a token. */
export interface Person {
  readonly id: string
  readonly token: string
  /** Sends an operation over HTTP. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>
  /** Sends an operation that must succeed and answers its data. */
  get(query: string, variables?: Record<string, unknown>): Promise<Parsed>
}

/** A real gateway on a free port. */
export interface TestGateway extends Gateway {
  readonly backend: Backend
  /** The domain under it, without a tenant. */
  readonly keep: Threadkeep
  /** What was reported to the operator. */
  readonly reports: unknown[]
  /** Somebody who may ask; `scopes` and further claims go into the token. */
  person(id: string, scopes?: readonly Scope[], claims?: Readonly<Record<string, unknown>>): Promise<Person>
}

export const secret = new TextEncoder().encode('a secret of at least thirty-two bytes')
export const issuer = 'threadkeep-test'
export const audience = 'threadkeep'

/** Everything in memory. */
export function memoryBackend(): Backend {
  const store = memoryStore()
  return { store, live: localLiveBus(), search: memorySearchIndex(), close: () => store.close() }
}

/** Starts a gateway that the test stops when it ends. */
export async function startTestGateway(options: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const reports: unknown[] = []
  const backend = options.backend ?? memoryBackend()
  const gateway = await startGateway({
    backend,
    host: '127.0.0.1',
    port: 0,
    auth: { key: secret, issuer, audience, maxAge: 3600 },
    production: false,
    introspection: true,
    graphiql: false,
    origins: [],
    maxCost: 10_000,
    deadline: 10_000,
    report: (error) => void reports.push(error),
    ...options,
  })
  const keep = createThreadkeep({ ...backend, projector: 'external' })
  onTestFinished(async () => {
    await gateway.close()
    await keep.close()
    await backend.close()
  })
  return {
    ...gateway,
    backend,
    keep,
    reports,
    async person(id, scopes = [], claims = {}) {
      const token = await tokenFor(id, scopes, claims)
      const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query, variables }),
        })
        return (await response.json()) as Answer
      }
      return {
        id,
        token,
        ask,
        async get(query, variables) {
          const { data, errors } = await ask(query, variables)
          if (errors) throw new Error(JSON.stringify(errors))
          return data
        },
      }
    },
  }
}

/** A token that the test gateway accepts for an hour. */
export function tokenFor(
  userId: string,
  scopes: readonly Scope[] = [],
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return signToken({ userId, secret, issuer, audience, issuedAt: Date.now(), lifetime: 3600, scopes, claims })
}

/** A `graphql-ws` client as anybody would use it, closed when the test ends. */
export function socketClient(gateway: Gateway, token: string, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token },
    retryAttempts: 0,
    ...options,
  })
  onTestFinished(async () => {
    await client.dispose()
  })
  return client
}
