import type { TestGateway } from '@threadkeep/gateway/harness'
import { WebSocket } from 'ws'

/** A socket that says whatever it is told to. */
export interface RawSocket {
  send(frame: string | Uint8Array): void
  /** The next frame that came, or how the socket ended. */
  next(): Promise<string>
  close(): void
}

/** Opens a socket; with a token it also introduces itself and waits to be welcome. */
export async function openSocket({ url }: Pick<TestGateway, 'url'>, token?: string): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const came: string[] = []
  let wake: (() => void) | undefined
  let ended: string | undefined
  socket.on('message', (data) => {
    came.push(String(data))
    wake?.()
  })
  socket.on('close', (code) => {
    ended = `closed ${code}`
    wake?.()
  })
  // Told by `close`.
  socket.on('error', () => {})
  await new Promise((resolve) => {
    socket.once('open', resolve)
    socket.once('close', resolve)
  })
  const raw: RawSocket = {
    send(frame) {
      if (ended === undefined) socket.send(frame, { binary: typeof frame !== 'string' })
    },
    async next() {
      while (came.length === 0 && ended === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return came.shift() ?? ended!
    },
    close: () => socket.terminate(),
  }
  if (token !== undefined) {
    raw.send(JSON.stringify({ type: 'connection_init', payload: { token } }))
    const welcome = await raw.next()
    if (!welcome.includes('connection_ack')) throw new Error(`Not welcome: ${welcome}`)
  }
  return raw
}
