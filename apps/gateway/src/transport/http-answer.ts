import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import { malformed } from './graphql-params.ts'

/** One request on its way through the server. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  /** What follows the path, with its question mark; empty when there is nothing. */
  readonly search: string
  readonly requestId: string
  /** Of every answer to this request. */
  readonly headers: Record<string, string>
}

const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  CLOSED: 503,
  TIMEOUT: 504,
}

/** What an error wants of HTTP alone: clients are not told. */
function httpOf(errors: readonly GraphQLFormattedError[]) {
  return errors[0]?.extensions?.['http'] as { readonly status?: number; readonly allow?: string } | undefined
}

/** The HTTP status for errors that stand for a whole request. */
export function statusOf(errors: readonly GraphQLFormattedError[]): number {
  const code = String(errors[0]?.extensions?.['code'])
  return httpOf(errors)?.status ?? statuses[code] ?? (code === 'INTERNAL' ? 500 : 400)
}

/** Answers JSON. */
export function sendJson(exchange: Exchange, status: number, body: unknown, type = 'application/json'): void {
  const text = JSON.stringify(body)
  send(exchange, status, text, `${type}; charset=utf-8`)
}

/** Answers a text of any type. Nothing of ours is to be kept by caches or sniffed at. */
export function send(exchange: Exchange, status: number, text: string | Buffer, type: string): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  begin(exchange, status, { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) })
  response.end(text)
}

/** Begins an answer of any kind. Unless it says otherwise, nothing of it is kept by caches. */
export function begin(exchange: Exchange, status: number, headers: Readonly<Record<string, string>>): void {
  exchange.response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...exchange.headers,
    ...headers,
  })
}

/** Answers with errors instead of anything else; everything outside GraphQL fails in the same form as GraphQL does. */
export function sendErrors(exchange: Exchange, errors: readonly GraphQLFormattedError[], type?: string): void {
  const status = statusOf(errors)
  const { headers } = exchange
  if (status === 401) headers['www-authenticate'] = 'Bearer'
  const allow = httpOf(errors)?.allow
  if (allow !== undefined) headers['allow'] = allow
  sayWhenAgain(exchange, errors)
  // What was not read of the body would be taken for the next request.
  if (status === 413) headers['connection'] = 'close'
  sendJson(exchange, status, { errors: errors.map(withoutHttp) }, type)
}

/** Puts the seconds after which an error says to try again where HTTP has them. */
export function sayWhenAgain({ headers }: Exchange, errors: readonly GraphQLFormattedError[]): void {
  const retryAfter = errors[0]?.extensions?.['retryAfter']
  if (typeof retryAfter === 'number') headers['retry-after'] = String(retryAfter)
}

function withoutHttp(error: GraphQLFormattedError): GraphQLFormattedError {
  if (!error.extensions || !('http' in error.extensions)) return error
  const { http: _, ...extensions } = error.extensions
  return { ...error, extensions }
}

/** The body of a request: 413 as soon as more than `limit` bytes came, 415 for an encoding. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (request.headers['content-encoding'] !== undefined)
    return Promise.reject(malformed('Send the body without a content encoding.', 415))
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.pause()
        reject(tooLarge(limit))
      } else chunks.push(chunk)
    })
    const cut = (): void => reject(malformed('The request ended before its body did.'))
    request.once('end', () => {
      request.off('close', cut)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    request.once('error', reject)
    request.once('close', cut)
  })
}

function tooLarge(limit: number): Error {
  return malformed(`A body has at most ${limit} bytes.`, 413)
}
