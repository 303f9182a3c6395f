import { once } from 'node:events'
import { connect } from 'node:net'

/** Connections that cost so little that what is measured is the server. */
export interface RawConnections {
  /** The bytes of a POST of JSON. */
  request(body: string): Buffer
  /** Sends one of `requests` after the other, `count` in all, each connection awaiting its answer. `check` sees every answer, head and all. */
  send(count: number, requests: readonly Buffer[], check: (answer: string) => void): Promise<void>
  close(): void
}

/** Opens `width` connections that stay open. Answers must carry their length. */
export async function rawConnections(
  url: string,
  headers: Readonly<Record<string, string>>,
  width: number,
): Promise<RawConnections> {
  const { hostname, port, host, pathname } = new URL(url)
  const head = Object.entries({ host, 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const sockets = Array.from({ length: width }, () => connect({ host: hostname, port: Number(port), noDelay: true }))
  await Promise.all(sockets.map((socket) => once(socket.setEncoding('latin1'), 'connect')))
  return {
    request: (body) =>
      Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    async send(count, requests, check) {
      let next = 0
      const lane = (socket: (typeof sockets)[number]): Promise<void> =>
        new Promise((resolve, reject) => {
          let text = ''
          const go = (): void => {
            if (next < count) socket.write(requests[next++ % requests.length]!)
            else {
              socket.removeAllListeners('data')
              resolve()
            }
          }
          socket.on('data', (chunk: string) => {
            text += chunk
            if (text.length < lengthOf(text)) return
            try {
              check(text)
            } catch (error) {
              reject(error)
            }
            text = ''
            go()
          })
          go()
        })
      await Promise.all(sockets.map(lane))
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** How long an answer is when it is whole; for ever while its head is not. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return Number.POSITIVE_INFINITY
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text) ?? []
  return end + 4 + Number(length)
}
