import type { AddressInfo } from 'node:net'
import type { Backend } from '@threadkeep/adapters'
import { localRateLimiter } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { createAttachmentsHttp } from './attachments/attachments.http.ts'
import { attachmentsRoot } from './attachments/paths.ts'
import { createAuthenticate } from './identity/authenticate.ts'
import type { Identity } from './identity/identity.ts'
import { createAnswerErrors } from './pipeline/answer-errors.ts'
import type { Caller } from './pipeline/context.ts'
import { defaultDocumentLimits } from './pipeline/document-limits.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import { buildGatewaySchema } from './schema/build-schema.ts'
import { createRunSubscription } from './subscriptions/run-subscription.ts'
import { createTenants } from './tenants/tenants.ts'
import { createExportHttp } from './transfer/export.http.ts'
import { startApollo } from './transport/apollo.ts'
import { createGraphQLHttp } from './transport/graphql-http.ts'
import { createServeEvents } from './transport/graphql-sse.ts'
import type { Exchange } from './transport/http-answer.ts'
import type { Handler } from './transport/http-server.ts'
import { createHttpServer } from './transport/http-server.ts'
import { createLongConnections } from './transport/long-connections.ts'
import { createAllowsOrigin } from './transport/origins.ts'
import { serveWebSocket } from './transport/websocket.ts'

/** What a gateway is started with. */
export interface GatewayOptions {
  readonly backend: Backend
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly auth: Parameters<typeof createAuthenticate>[0]
  readonly production: boolean
  /** Origins of pages that may talk to the gateway, beside its own. */
  readonly origins: readonly string[]
  readonly maxCost: number
  readonly deadline: number
  readonly rateLimit: { readonly capacity: number; readonly refillPerSecond: number } | undefined
  readonly report: (error: unknown, where: string) => void
  readonly clock?: Clock
}

/** A gateway that serves. */
export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`. */
  readonly url: string
  /** Lets running requests finish and stops. */
  close(): Promise<void>
}

const maxBody = 256 * 1024

/** Starts a gateway; answers once it listens. The backend stays its opener's. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { backend, production, report, clock = systemClock } = options
  const schema = await buildGatewaySchema()
  const tenants = createTenants({ backend, clock, onError: report })
  const authenticate = createAuthenticate(options.auth)
  const pipeline = createPipeline({
    schema,
    answerErrors: createAnswerErrors(report, { suggestions: !production }),
    documentLimits: defaultDocumentLimits,
    introspection: !production,
    maxCost: options.maxCost,
    deadline: options.deadline,
    rateLimiter: options.rateLimit && localRateLimiter({ ...options.rateLimit, clock }),
    clock,
  })
  const apollo = await startApollo(schema, report)

  const callerOf = (identity: Identity): Caller => ({ ...identity, keep: tenants.of(identity.tenant) })
  const identify = async ({ request }: Exchange): Promise<Caller> =>
    callerOf(await authenticate(bearerToken(request.headers.authorization)))

  const connections = createLongConnections(clock)
  const runSubscription = createRunSubscription(schema, pipeline)
  const serveEvents = createServeEvents(pipeline, runSubscription, connections)
  const graphql = createGraphQLHttp({ pipeline, apollo, identify, maxBody, serveEvents })
  const attachments = createAttachmentsHttp({ identify, keep: tenants.of('') })
  const routes: Readonly<Record<string, Handler>> = { '/graphql': graphql, '/export': createExportHttp(identify) }
  const server = createHttpServer((path) => {
    if (path.startsWith(attachmentsRoot)) return attachments
    return Object.hasOwn(routes, path) ? routes[path] : undefined
  }, pipeline)
  const allowsOrigin = createAllowsOrigin(options.origins)
  serveWebSocket({
    server,
    path: '/graphql',
    ...{ pipeline, runSubscription, authenticate, callerOf, allowsOrigin, connections },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { address, port, family } = server.address() as AddressInfo

  const close = async (): Promise<void> => {
    connections.stop()
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeIdleConnections()
    })
    await apollo.stop()
    await tenants.close()
  }
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}
