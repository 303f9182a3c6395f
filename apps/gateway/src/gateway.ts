import type { AddressInfo } from 'node:net'
import type { Backend } from '@threadkeep/adapters'
import { listTenants } from '@threadkeep/adapters'
import type { RateLimiter } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { createAttachmentsHttp } from './attachments/attachments.http.ts'
import { attachmentsRoot } from './attachments/paths.ts'
import { createGraphiQLPage, wantsPage } from './graphiql/graphiql.ts'
import type { AuthenticateOptions } from './identity/authenticate.ts'
import { createAuthenticate } from './identity/authenticate.ts'
import type { Identity } from './identity/identity.ts'
import { createHealth } from './operation/health.ts'
import { keepHouse } from './operation/keep-house.ts'
import { createMetrics } from './operation/metrics.ts'
import { createAnswerErrors } from './pipeline/answer-errors.ts'
import type { Caller } from './pipeline/context.ts'
import { defaultDocumentLimits } from './pipeline/document-limits.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import { buildGatewaySchema } from './schema/build-schema.ts'
import { createRunSubscription } from './subscriptions/run-subscription.ts'
import { createTenants } from './tenants/tenants.ts'
import { createExportHttp } from './transfer/export.http.ts'
import { startApollo } from './transport/apollo.ts'
import { stopServer } from './transport/drain.ts'
import { createGraphQLHttp } from './transport/graphql-http.ts'
import { createServeEvents } from './transport/graphql-sse.ts'
import type { Exchange } from './transport/http-answer.ts'
import type { Handler, Route } from './transport/http-server.ts'
import { createHttpServer } from './transport/http-server.ts'
import { listen } from './transport/listen.ts'
import { createLongConnections } from './transport/long-connections.ts'
import { createAllowsOrigin } from './transport/origins.ts'
import { serveWebSocket } from './transport/websocket.ts'

/** What a gateway is started with. */
export interface GatewayOptions {
  readonly backend: Backend
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly auth: Omit<AuthenticateOptions, 'clock'>
  /** Hides what helps developers: suggestions in errors. */
  readonly production: boolean
  readonly introspection: boolean
  readonly graphiql: boolean
  /** Where given, no other documents are run. */
  readonly registered?: readonly string[] | undefined
  /** Origins of pages that may talk to the gateway, beside its own. */
  readonly origins: readonly string[]
  readonly maxCost: number
  /** Milliseconds that a query or mutation may take. */
  readonly deadline: number
  readonly rateLimiter?: RateLimiter | undefined
  /** Milliseconds between rounds of housekeeping. Absent: others do it. */
  readonly housekeeping?: number | undefined
  /** Hears of errors that clients are not told. */
  readonly report: (error: unknown, where: string) => void
  /** Hears of every answered request. */
  readonly onRequest?: ((exchange: Exchange, route: string, millis: number) => void) | undefined
  readonly clock?: Clock
}

/** A gateway that serves. */
export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`. */
  readonly url: string
  /** Takes nothing new, sends subscribers elsewhere, lets running requests finish for some seconds, and stops. */
  close(): Promise<void>
}

const maxBody = 256 * 1024

/** Starts a gateway; answers once it listens. Backend and rate limiter stay their opener's. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { backend, report, clock = systemClock } = options
  const schema = await buildGatewaySchema()
  const metrics = createMetrics()
  const tenants = createTenants({ backend, clock, onError: report })
  const authenticate = createAuthenticate({ ...options.auth, clock })
  const pipeline = createPipeline({
    schema,
    answerErrors: createAnswerErrors(report, { suggestions: !options.production, onTold: metrics.told }),
    documentLimits: defaultDocumentLimits,
    introspection: options.introspection,
    registered: options.registered,
    maxCost: options.maxCost,
    deadline: options.deadline,
    rateLimiter: options.rateLimiter,
    clock,
    onOperation: metrics.operated,
  })
  const apollo = await startApollo(schema, report)

  const callerOf = (identity: Identity): Caller => ({ ...identity, keep: tenants.of(identity.tenant) })
  const identify = async ({ request }: Exchange): Promise<Caller> =>
    callerOf(await authenticate(bearerToken(request.headers.authorization)))

  const connections = createLongConnections(clock)
  metrics.watch('connections', () => connections.size)
  metrics.watch('tenants', () => tenants.size)
  metrics.watch('live', () => Number(backend.live.healthy))
  if (backend.cacheFailures) metrics.watch('cache_failures', backend.cacheFailures)
  const runSubscription = createRunSubscription(schema, pipeline)
  const serveEvents = createServeEvents(pipeline, runSubscription, connections)
  const graphql = createGraphQLHttp({ pipeline, apollo, identify, maxBody, serveEvents })
  let draining = false
  const health = createHealth({ backend, metrics, draining: () => draining })
  const page = options.graphiql ? createGraphiQLPage() : undefined

  const routes: Readonly<Record<string, Handler>> = {
    '/graphql': (exchange) => (page && wantsPage(exchange) ? page.serve(exchange) : graphql(exchange)),
    '/export': createExportHttp(identify, pipeline.charge),
    '/healthz': health.healthz,
    '/readyz': health.readyz,
    '/metrics': health.metrics,
  }
  const attachments: Route = {
    name: attachmentsRoot,
    handle: createAttachmentsHttp({ identify, keep: tenants.of(''), charge: pipeline.charge }),
  }
  const server = createHttpServer({
    pipeline,
    allowsOrigin: createAllowsOrigin(options.origins),
    route(path) {
      if (Object.hasOwn(routes, path)) return { name: path, handle: routes[path]! }
      if (path.startsWith(attachmentsRoot)) return attachments
      const file = page?.file(path)
      return file && { name: 'graphiql', handle: file }
    },
    onAnswered(exchange, route, millis) {
      metrics.answered(route, exchange.response.statusCode)
      options.onRequest?.(exchange, route, millis)
    },
  })
  serveWebSocket({
    server,
    path: '/graphql',
    allowsOrigin: createAllowsOrigin(options.origins),
    ...{ pipeline, runSubscription, authenticate, callerOf, connections },
  })
  await listen(server, options)
  const stopHousekeeping =
    options.housekeeping === undefined
      ? undefined
      : keepHouse({
          listTenants: () => listTenants(backend.store),
          keepOf: tenants.of,
          every: options.housekeeping,
          report,
        })

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    draining = true
    closing ??= (async () => {
      connections.stop()
      await Promise.all([stopServer(server), stopHousekeeping?.()])
      await apollo.stop()
      await tenants.close()
    })()
    return closing
  }
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}
