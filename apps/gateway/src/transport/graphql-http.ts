import type { ApolloServer } from '@apollo/server'
import { HeaderMap } from '@apollo/server'
import type { Caller } from '../pipeline/context.ts'
import type { OperationRequest, Pipeline } from '../pipeline/pipeline.ts'
import type { ApolloContext } from './apollo.ts'
import { preparedDocument } from './apollo.ts'
import type { GraphQLParams } from './graphql-params.ts'
import { malformed, notAllowed, readParams, readSearchParams } from './graphql-params.ts'
import { wantsEvents } from './graphql-sse.ts'
import type { Exchange } from './http-answer.ts'
import { readBody, sayWhenAgain, send, sendErrors } from './http-answer.ts'

/** What serves GraphQL over HTTP. */
export interface GraphQLHttpOptions {
  readonly pipeline: Pipeline
  readonly apollo: ApolloServer<ApolloContext>
  readonly identify: (exchange: Exchange) => Promise<Caller>
  readonly maxBody: number
  /** Serves a request whose client wants server-sent events. */
  readonly serveEvents: (exchange: Exchange, work: OperationRequest) => Promise<void>
}

/** Answers one GraphQL request over HTTP: who asks, what they ask, whether they may, and then the answer. */
export function createGraphQLHttp({ pipeline, apollo, identify, maxBody, serveEvents }: GraphQLHttpOptions) {
  return async function serve(exchange: Exchange): Promise<void> {
    const { request, requestId } = exchange
    const type = errorType(request.headers.accept)
    try {
      const [caller, params] = await Promise.all([identify(exchange), readRequest(exchange, maxBody)])
      const operation = pipeline.prepare(params, requestId)
      if ('errors' in operation) return sendErrors(exchange, operation.errors, type)
      // Whatever the answer's form: a link or an image must not change anything.
      if (request.method === 'GET' && operation.kind === 'mutation') throw notAllowed('Mutations take POST.', 'POST')
      const work = { operation, variables: params.variables ?? undefined, caller, requestId }
      if (wantsEvents(exchange)) return await serveEvents(exchange, work)
      if (operation.kind === 'subscription')
        throw notAllowed('Subscribe over WebSocket, or over SSE with `Accept: text/event-stream`.', 'GET, POST')
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method ?? '',
          headers: headersFor(request.headers),
          ...(request.method === 'GET'
            ? { search: searchFor(params), body: undefined }
            : { search: '', body: bodyFor(params) }),
        },
        context: async () => ({
          operation,
          async run() {
            const spent = await pipeline.admit(work)
            if (!('errors' in spent)) return pipeline.execute(work, spent)
            sayWhenAgain(exchange, spent.errors)
            return spent
          },
        }),
      })
      if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not served.')
      for (const [name, value] of answer.headers) exchange.headers[name] = value
      send(exchange, answer.status ?? 200, answer.body.string, answer.headers.get('content-type') ?? 'application/json')
    } catch (error) {
      sendErrors(exchange, pipeline.refuse(error, requestId), type)
    }
  }
}

async function readRequest({ request, search }: Exchange, maxBody: number): Promise<GraphQLParams> {
  if (request.method === 'GET') return readSearchParams(new URLSearchParams(search))
  if (request.method !== 'POST') throw notAllowed('GraphQL takes GET and POST.', 'GET, POST')
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw malformed('Send JSON: `Content-Type: application/json`.', 415)
  const body = await readBody(request, maxBody)
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw malformed('The body is not JSON.')
  }
  return readParams(value)
}

/** The request as Apollo takes it: which operation of the prepared document. What runs it has the variables. */
function bodyFor({ operationName }: GraphQLParams): Record<string, unknown> {
  return { extensions: preparedDocument, operationName: operationName ?? null }
}

function searchFor({ operationName }: GraphQLParams): string {
  const search = new URLSearchParams({ extensions: JSON.stringify(preparedDocument) })
  if (operationName) search.set('operationName', operationName)
  return `?${search}`
}

const passedOn = ['accept', 'authorization', 'content-type', 'graphql-require-preflight', 'apollo-require-preflight']

function headersFor(headers: Record<string, string | string[] | undefined>): HeaderMap {
  const map = new HeaderMap()
  for (const name of passedOn) {
    const value = headers[name]
    if (typeof value === 'string') map.set(name, value)
  }
  return map
}

/** The media type of an error: the newer one for those who name it. */
function errorType(accept: string | undefined): string {
  return accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json'
}
