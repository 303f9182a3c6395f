import type { Exchange } from './http-answer.ts'
import { begin } from './http-answer.ts'

/** Lets a page of an allowed origin read the answer. */
export function welcomeOrigin({ headers }: Exchange, origin: string): void {
  headers['access-control-allow-origin'] = origin
  headers['access-control-expose-headers'] = 'x-request-id, retry-after'
  headers['vary'] = 'origin'
}

/** Tells a browser what a page of an allowed origin may send. */
export function answerPreflight(exchange: Exchange): void {
  begin(exchange, 204, {
    'access-control-allow-methods': 'GET, POST, PUT',
    'access-control-allow-headers':
      'authorization, content-type, graphql-require-preflight, apollo-require-preflight, x-request-id',
    'access-control-max-age': '600',
  })
  exchange.response.end()
}
