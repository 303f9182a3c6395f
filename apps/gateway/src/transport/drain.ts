import type { Server } from 'node:http'

const patience = 8_000
const look = 50

/** Stops a server: it takes no new connection, running requests may finish for 8 seconds, and then everything is closed. */
export function stopServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that has answered would stay open for a next request.
    const idle = setInterval(() => server.closeIdleConnections(), look)
    const end = setTimeout(() => server.closeAllConnections(), patience)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(end)
      resolve()
    })
    server.closeIdleConnections()
  })
}
