import type { Server } from 'node:http'
import { ThreadkeepError } from '@threadkeep/core/store'

/** Answers once the server listens. `MISCONFIGURED` says why it cannot, and what to choose instead. */
export async function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message
      const message = `The gateway cannot listen on ${host}:${port}: ${why}. Choose another --port (0 for any free one) or --host.`
      reject(new ThreadkeepError('MISCONFIGURED', message, { cause }))
    })
    server.listen(port, host, resolve)
  })
}
