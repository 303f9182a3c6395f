import { WebSocket } from 'ws'
import { startGateway } from './gateway/start-gateway.ts'
import { cpuPerOperation, defineBench, startServer } from './lib/index.ts'

const subscribers = 500
const messages = 40
const query = `subscription Room($threadId: ID!) {
  threadEvents(threadId: $threadId) {
    cursor
    ... on MessageEvent { eventSeq change message { id seq content authorId createdAt } }
  }
}`
const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { seq } userErrors { code } } }`

/** Sockets, and how many messages have come in over all of them. */
interface Room {
  readonly sockets: readonly WebSocket[]
  /** Answers once so many messages more have come. */
  received(count: number): Promise<void>
}

async function openRoom(
  url: string,
  protocol: string[],
  hello: (socket: WebSocket, index: number) => void,
): Promise<Room> {
  let count = 0
  let waiting: { readonly at: number; readonly resolve: () => void } | undefined
  const sockets: WebSocket[] = []
  for (let i = 0; i < subscribers; i++) {
    const socket = new WebSocket(url, protocol, { perMessageDeflate: false })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    hello(socket, i)
    socket.on('message', (data: Buffer) => {
      // An acknowledgement is none of them, nor is the word that a subscription stands.
      if (!data.includes('"content"')) return
      count++
      if (waiting && count >= waiting.at) waiting.resolve()
    })
    sockets.push(socket)
  }
  return {
    sockets,
    received: (more) =>
      new Promise((resolve) => {
        waiting = { at: count + more, resolve }
      }),
  }
}

export default defineBench({
  about: 'CPU of the gateway for each message delivered to one of 500 subscribers over WebSocket',
  async run({ compare, progress }) {
    progress('starting the gateway')
    const gateway = await startGateway()
    const { createThread } = await gateway.client.ask('mutation { createThread(input: {}) { thread { id } } }')
    const threadId: string = createThread.thread.id
    const say = (content: string) => gateway.client.ask(send, { input: { threadId, content } })

    progress('opening the sockets')
    const ours = await openRoom(
      `${gateway.url.replace('http', 'ws')}/graphql`,
      ['graphql-transport-ws'],
      (socket, i) => {
        socket.once('message', () =>
          socket.send(
            JSON.stringify({ id: `subscriber-${i}`, type: 'subscribe', payload: { query, variables: { threadId } } }),
          ),
        )
        socket.send(JSON.stringify({ type: 'connection_init', payload: { token: gateway.token } }))
      },
    )
    const frame = await new Promise<string>((resolve, reject) => {
      ours.sockets[0]!.on('message', (data: Buffer) => void (data.includes('"content"') && resolve(String(data))))
      // The subscriptions are on their way: say something until the first one hears it.
      const timer = setInterval(
        () => void say('Is anybody there? This is about as long as a message is.').catch(reject),
        100,
      )
      setTimeout(() => clearInterval(timer), 1_000)
    })
    await new Promise((resolve) => setTimeout(resolve, 2_000))

    await using raw = await startServer({
      script: new URL('./gateway/raw-ws.server.ts', import.meta.url).href,
      args: [frame],
      ready: /port (\d+)/,
    })
    const theirs = await openRoom(`ws://127.0.0.1:${raw.match[1]}`, [], () => {})
    try {
      await compare({
        against: 'ws sending one prebuilt frame',
        bar: '<=2',
        unit: 'µs CPU/delivery',
        ours: cpuPerOperation(
          subscribers * messages,
          async () => {
            for (let i = 0; i < messages; i++) {
              const all = ours.received(subscribers)
              await say('Is anybody there? This is about as long as a message is.')
              await all
            }
          },
          gateway.cpu,
        ),
        theirs: cpuPerOperation(
          subscribers * messages,
          async () => {
            for (let i = 0; i < messages; i++) {
              const all = theirs.received(subscribers)
              theirs.sockets[0]!.send('say it')
              await all
            }
          },
          raw.cpu,
        ),
      })
    } finally {
      for (const socket of [...ours.sockets, ...theirs.sockets]) socket.terminate()
      await gateway.stop()
    }
  },
})
