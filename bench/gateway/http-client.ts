import { Agent, request } from 'node:http'

/** Sends JSON over connections that stay open. */
export interface Client {
  /** The text of the answer. */
  post(body: string): Promise<string>
  /** Sends an operation that must succeed and answers its data. */
  ask(query: string, variables?: object): Promise<Data>
  close(): Promise<void>
}

/** As `JSON.parse` answers it. */
export type Data = ReturnType<typeof JSON.parse>

/** A client of one address. */
export function httpClient(url: string, headers: Readonly<Record<string, string>> = {}): Client {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port, pathname: path } = new URL(url)
  const post = (body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ hostname, port, path, agent, method: 'POST' },
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.once('end', () => resolve(text))
        },
      )
      sent.once('error', (error) => {
        console.error('ERR', url, error)
        reject(error)
      })
      sent.end(body)
    })
  return {
    post,
    async ask(query, variables = {}) {
      const { data, errors } = JSON.parse(await post(JSON.stringify({ query, variables })))
      if (errors) throw new Error(JSON.stringify(errors))
      return data
    },
    close: async () => agent.destroy(),
  }
}

/** Runs `count` operations, `width` of them at a time. */
export async function inFlight(width: number, count: number, operation: (index: number) => unknown): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await operation(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}
