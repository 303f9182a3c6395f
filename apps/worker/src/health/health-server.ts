import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ThreadkeepError } from '@threadkeep/core/store'

/** What the outside may ask of a worker. */
export interface Health {
  /** False: start a new process instead of this one. */
  isAlive(): boolean
  /** The jobs that do not work at the moment. */
  unready(): readonly string[]
  metrics(): Promise<string>
}

/** `/healthz`, `/readyz` and `/metrics` over HTTP. */
export interface HealthServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves the health of a worker; answers once it listens. */
export async function serveHealth(host: string, port: number, health: Health): Promise<HealthServer> {
  const server = createServer(async ({ url = '/' }, response) => {
    const answer = (status: number, body: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(body)
    }
    try {
      const path = url.split('?', 1)[0]
      if (path === '/healthz') return health.isAlive() ? answer(200, 'ok\n') : answer(503, 'stuck\n')
      if (path === '/metrics') return answer(200, await health.metrics())
      if (path !== '/readyz') return answer(404, 'There are /healthz, /readyz and /metrics.\n')
      const unready = health.unready()
      return unready.length === 0 ? answer(200, 'ok\n') : answer(503, `not ready: ${unready.join(', ')}\n`)
    } catch {
      answer(500, 'failed\n')
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      const message = `The worker cannot listen on ${host}:${port}: ${why}. Choose another --port (0 for any free one) or --host.`
      reject(new ThreadkeepError('MISCONFIGURED', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
