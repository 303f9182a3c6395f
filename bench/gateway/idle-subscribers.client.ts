import { WebSocket } from 'ws'
import { httpClient } from './http-client.ts'

// Opens subscriptions over sockets of their own and keeps them open, as many people do who read and say nothing.
const [url = '', token = '', threadId = '', count = '0'] = process.argv.slice(2)
const query = `subscription Room($threadId: ID!) {
  threadEvents(threadId: $threadId) {
    cursor
    ... on MessageEvent { eventSeq change message { id seq content authorId createdAt } }
  }
}`
const subscribe = JSON.stringify({ id: 'room', type: 'subscribe', payload: { query, variables: { threadId } } })

const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }`

const hearing = new Set<number>()
for (let i = 0; i < Number(count); i++) {
  const socket = new WebSocket(url.replace('http', 'ws'), ['graphql-transport-ws'], { perMessageDeflate: false })
  socket.on('close', (code) => {
    console.log(`closed with ${code}`)
    process.exit(1)
  })
  await new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { token } })))
    socket.once('message', resolve)
  })
  socket.on('message', () => hearing.add(i))
  socket.send(subscribe)
}
// Idle, not dead: each of them has heard a message.
const { ask, close } = httpClient(url, { authorization: `Bearer ${token}` })
while (hearing.size < Number(count)) {
  await ask(send, { input: { threadId, content: 'Is anybody there?' } })
  await new Promise((resolve) => setTimeout(resolve, 200))
}
await close()
console.log(`open ${count}`)
