import type { TestGateway } from '@threadkeep/gateway/harness'
import { openSocket } from './socket.ts'

/** What came back: a status (of HTTP, or of the socket's end) and all that was said. */
export interface Reply {
  readonly status: number
  readonly text: string
}

/** Sends parameters as they are and answers what comes back. */
export type Ask = (gateway: Pick<TestGateway, 'url'>, token: string, params: object) => Promise<Reply>

/** Posts a body of any bytes. */
export async function post(
  { url }: Pick<TestGateway, 'url'>,
  token: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body,
  })
  return { status: response.status, text: await response.text() }
}

/** Every way in. */
export const transports: Readonly<Record<string, Ask>> = {
  HTTP: (gateway, token, params) => post(gateway, token, JSON.stringify(params)),
  'server-sent events': (gateway, token, params) =>
    post(gateway, token, JSON.stringify(params), { accept: 'text/event-stream' }),
  async WebSocket(gateway, token, params) {
    const socket = await openSocket(gateway, token)
    try {
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: params }))
      const text = await socket.next()
      return { status: Number(/^closed (\d+)$/.exec(text)?.[1] ?? 200), text }
    } finally {
      socket.close()
    }
  },
}
