import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { answerPreflight, welcomeOrigin } from './cross-origin.ts'
import type { Exchange } from './http-answer.ts'
import { sendErrors } from './http-answer.ts'
import type { AllowsOrigin } from './origins.ts'
import { answerNoise } from './refuse-stream.ts'
import { nothingHere, strangePage } from './turned-away.ts'

/** Answers one request, or throws: errors are told in the common form. */
export type Handler = (exchange: Exchange) => Promise<void> | void

/** Where a path leads. */
export interface Route {
  /** Ours, for logs and metrics: a path may hold what is nobody's business. */
  readonly name: string
  readonly handle: Handler
}

/** What a server is made of. */
export interface HttpServerOptions {
  readonly route: (path: string) => Route | undefined
  readonly pipeline: Pipeline
  readonly allowsOrigin: AllowsOrigin
  /** Hears of every answer. */
  readonly onAnswered: (exchange: Exchange, route: string, millis: number) => void
}

const requestIdForm = /^[\w.-]{1,64}$/
const timeouts = { requestTimeout: 300_000, headersTimeout: 20_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 }

/** A server that leads each path to its handler; everything else is `NOT_FOUND`. Pages of other origins are turned away. */
export function createHttpServer({ route, pipeline, allowsOrigin, onAnswered }: HttpServerOptions): Server {
  async function serve(exchange: Exchange, found: Route | undefined): Promise<void> {
    const { request } = exchange
    if (request.headers.origin !== undefined) {
      if (!allowsOrigin(request)) throw strangePage()
      welcomeOrigin(exchange, request.headers.origin)
      if (request.method === 'OPTIONS') return answerPreflight(exchange)
    }
    if (!found) throw nothingHere()
    await found.handle(exchange)
  }

  const server = createServer(timeouts, (request: IncomingMessage, response: ServerResponse) => {
    const began = performance.now()
    const url = request.url ?? '/'
    const requestId = requestIdOf(request)
    const end = url.indexOf('?')
    const exchange: Exchange = {
      request,
      response,
      path: end < 0 ? url : url.slice(0, end),
      search: end < 0 ? '' : url.slice(end),
      requestId,
      headers: { 'x-request-id': requestId },
    }
    const found = route(exchange.path)
    response.once('close', () => onAnswered(exchange, found?.name ?? 'other', performance.now() - began))
    serve(exchange, found).catch((error: unknown) => {
      // Half an answer cannot be taken back: the client notices that it ends early.
      if (response.headersSent) response.destroy()
      else sendErrors(exchange, pipeline.refuse(error, exchange.requestId))
    })
  })
  answerNoise(server)
  return server
}

/** The id that a proxy gave, or a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && requestIdForm.test(given) ? given : nextRequestId()
}

const ownPart = randomBytes(6).toString('hex')
let requests = 0

/** Unique among processes, and cheap: every request needs one. */
function nextRequestId(): string {
  return `${ownPart}-${(++requests).toString(36)}`
}
