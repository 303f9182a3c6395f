import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'

// The least that a server does which tells everybody the same: one frame, made once, sent to each socket. A client asks for it by any message.
const frame = Buffer.from(process.argv[2] ?? '')
const sockets = new Set<WebSocket>()
const server = createServer()
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  sockets.add(socket)
  socket.on('message', () => {
    for (const each of sockets) each.send(frame, { binary: false })
  })
})
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`))
