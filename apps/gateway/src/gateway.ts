import type { AddressInfo } from 'node:net'
import type { Backend } from '@threadkeep/adapters'
import { localRateLimiter } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { createAuthenticate } from './identity/authenticate.ts'
import { createAnswerErrors } from './pipeline/answer-errors.ts'
import type { Caller } from './pipeline/context.ts'
import { defaultDocumentLimits } from './pipeline/document-limits.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import { buildGatewaySchema } from './schema/build-schema.ts'
import { createTenants } from './tenants/tenants.ts'
import { startApollo } from './transport/apollo.ts'
import { createGraphQLHttp } from './transport/graphql-http.ts'
import type { Exchange } from './transport/http-answer.ts'
import type { Handler } from './transport/http-server.ts'
import { createHttpServer } from './transport/http-server.ts'

/** What a gateway is started with. */
export interface GatewayOptions {
  readonly backend: Backend
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly auth: Parameters<typeof createAuthenticate>[0]
  readonly production: boolean
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

  async function identify({ request }: Exchange): Promise<Caller> {
    const { actor, tenant } = await authenticate(bearerToken(request.headers.authorization))
    return { actor, tenant, keep: tenants.of(tenant) }
  }

  const graphql = createGraphQLHttp({ pipeline, apollo, identify, maxBody })
  const routes: Readonly<Record<string, Handler>> = { '/graphql': graphql }
  const server = createHttpServer((path) => (Object.hasOwn(routes, path) ? routes[path] : undefined), pipeline)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { address, port, family } = server.address() as AddressInfo

  const close = async (): Promise<void> => {
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
