import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { malformed } from './graphql-params.ts'
import type { Exchange } from './http-answer.ts'
import { sendErrors } from './http-answer.ts'

/** Answers one request, or throws: errors are told in the common form. */
export type Handler = (exchange: Exchange) => Promise<void> | void

const requestIdForm = /^[\w.-]{1,64}$/

/** A server that leads each path to its handler; everything else is `NOT_FOUND`. */
export function createHttpServer(route: (path: string) => Handler | undefined, pipeline: Pipeline): Server {
  const server = createServer(
    { requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    async (request, response) => {
      const url = request.url ?? '/'
      const end = url.indexOf('?')
      const exchange: Exchange = {
        request,
        response,
        path: end < 0 ? url : url.slice(0, end),
        search: end < 0 ? '' : url.slice(end),
        requestId: requestIdOf(request),
      }
      response.setHeader('x-request-id', exchange.requestId)
      try {
        const handler = route(exchange.path)
        if (!handler) throw malformed('There is nothing here. GraphQL lives at /graphql.', 404)
        await handler(exchange)
      } catch (error) {
        if (response.headersSent) response.destroy()
        else sendErrors(exchange, pipeline.refuse(error, exchange.requestId))
      }
    },
  )
  return server
}

/** The id that a proxy gave, or a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID()
}
