import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** What happens to the bytes. Connections stay open in all of them. */
export type ProxyMode =
  /** Bytes pass. */
  | 'open'
  /** Requests reach the server; what it answers is lost. */
  | 'dropReplies'
  /** Requests are lost: to both ends the other seems to have gone silent. */
  | 'halfOpen'

/** A TCP proxy that fails on demand, between a client and a real server. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** The same URL with this proxy in place of its host. */
  through(url: string): string
  /** Bytes are passed, lost or swallowed from now on, on connections old and new. */
  mode(mode: ProxyMode): void
  /** Replies are lost from the first request on that holds this text. Resolves once it has been passed on. */
  dropRepliesFrom(text: string): Promise<void>
  /** Holds every chunk for this long, in both directions and in order. */
  delay(millis: number): void
  /** Breaks every connection now. While refusing, new ones are broken as they come. */
  cut(options?: { readonly refuse?: boolean }): void
  /** Every connection there is falls silent for good, as when something on the way has forgotten it; new ones pass. */
  silence(): void
  /** Everything passes at once again, except on what was silenced. */
  restore(): void
  /** Resolves when the client has sent something from now on. */
  nextRequest(): Promise<void>
}

/** A proxy in front of the server that `target` (a URL with host and port) names. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target)
  const pairs = new Set<readonly [Socket, Socket]>()
  const silenced = new WeakSet<readonly [Socket, Socket]>()
  let mode: ProxyMode = 'open'
  let delay = 0
  let refusing = false
  let waiting: (() => void)[] = []
  let trap: { readonly text: string; readonly sprung: () => void } | undefined

  const server = createServer((client) => {
    if (refusing) {
      client.destroy()
      return
    }
    const upstream = connect(Number(targetPort), hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end)
    client.on('data', (chunk) => {
      for (const resolve of waiting) resolve()
      waiting = []
      if (mode === 'halfOpen' || silenced.has(pair)) return
      const caught = trap && chunk.includes(trap.text) ? trap : undefined
      if (caught) [mode, trap] = ['dropReplies', undefined]
      pass(upstream, chunk)
      caught?.sprung()
    })
    upstream.on('data', (chunk) => {
      if (mode === 'open' && !silenced.has(pair)) pass(client, chunk)
    })
  })

  function pass(to: Socket, chunk: Uint8Array | string): void {
    if (delay === 0) to.write(chunk)
    else setTimeout(() => to.writable && to.write(chunk), delay)
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    through(url) {
      const address = new URL(url)
      address.hostname = '127.0.0.1'
      address.port = String(port)
      return address.href
    },
    mode(next) {
      mode = next
    },
    dropRepliesFrom: (text) =>
      new Promise((resolve) => {
        trap = { text, sprung: resolve }
      }),
    delay(millis) {
      delay = millis
    },
    cut(options) {
      refusing = options?.refuse ?? false
      cut()
    },
    silence() {
      for (const pair of pairs) silenced.add(pair)
    },
    restore() {
      mode = 'open'
      delay = 0
      refusing = false
      trap = undefined
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
