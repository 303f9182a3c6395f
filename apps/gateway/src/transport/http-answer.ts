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

/** The HTTP status for errors that stand for a whole request. */
export function statusOf(errors: readonly GraphQLFormattedError[]): number {
  const code = String(errors[0]?.extensions?.['code'])
  const status = (errors[0]?.extensions?.['http'] as { status?: number } | undefined)?.status
  return status ?? statuses[code] ?? (code === 'INTERNAL' ? 500 : 400)
}

/** Answers JSON. */
export function sendJson(exchange: Exchange, status: number, body: unknown, type = 'application/json'): void {
  const text = JSON.stringify(body)
  send(exchange, status, text, `${type}; charset=utf-8`)
}

/** Answers a text of any type. Nothing of ours is to be kept by caches or sniffed at. */
export function send({ response }: Exchange, status: number, text: string | Buffer, type: string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}

/** Answers with errors instead of anything else; everything outside GraphQL fails in the same form as GraphQL does. */
export function sendErrors(exchange: Exchange, errors: readonly GraphQLFormattedError[], type?: string): void {
  const status = statusOf(errors)
  const { response } = exchange
  if (status === 401 && !response.headersSent) response.setHeader('www-authenticate', 'Bearer')
  const retryAfter = errors[0]?.extensions?.['retryAfter']
  if (typeof retryAfter === 'number' && !response.headersSent) response.setHeader('retry-after', retryAfter)
  if (status === 405 && !response.headersSent) response.setHeader('allow', 'GET, POST')
  // What was not read of the body would be taken for the next request.
  if (status === 413 && !response.headersSent) response.setHeader('connection', 'close')
  sendJson(exchange, status, { errors: errors.map(withoutHttp) }, type)
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
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(malformed('The request ended before its body did.')))
  })
}

function tooLarge(limit: number): Error {
  return malformed(`A body has at most ${limit} bytes.`, 413)
}
