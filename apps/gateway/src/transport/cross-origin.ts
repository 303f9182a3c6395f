import type { ServerResponse } from 'node:http'

/** Lets a page of an allowed origin read the answer. */
export function welcomeOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', 'x-request-id, retry-after')
  response.setHeader('vary', 'origin')
}

/** Tells a browser what a page of an allowed origin may send. */
export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, PUT',
    'access-control-allow-headers':
      'authorization, content-type, graphql-require-preflight, apollo-require-preflight, x-request-id',
    'access-control-max-age': '600',
  })
  response.end()
}
