import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Sink } from '../subscriptions/run-subscription.ts'

/** So many bytes may wait in a socket before more are held back. */
const enough = 1024 * 1024
/** A socket that takes nothing for so long is given up. */
const patience = 30_000

/**
 * Sends the results of one operation, each a frame in one piece, written past `ws`, which would write header and payload apart: with
 * hundreds of subscribers that is most of what a message costs. `ws` itself never leaves a frame half written.
 */
export function socketNext(socket: WebSocket, stream: Duplex, id: string): Sink['next'] {
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`)
  return (text) => {
    if (socket.readyState !== socket.OPEN) return
    stream.write(textFrame(head, text))
    return stream.writableLength < enough ? undefined : drained(socket, stream)
  }
}

/** Waits until the other side has taken something, or has gone. */
function drained(socket: WebSocket, stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => socket.terminate(), patience)
    const done = (): void => {
      clearTimeout(giveUp)
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
}

const closing = 0x7d // }

/** `head`, `text` and a closing brace as one unmasked text frame (RFC 6455, 5.2). */
export function textFrame(head: Buffer, text: string): Buffer {
  const size = head.length + Buffer.byteLength(text) + 1
  const start = size < 126 ? 2 : size < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(start + size)
  frame[0] = 0x81
  if (start === 2) frame[1] = size
  else if (start === 4) {
    frame[1] = 126
    frame.writeUInt16BE(size, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(size), 2)
  }
  head.copy(frame, start)
  frame.write(text, start + head.length, 'utf8')
  frame[frame.length - 1] = closing
  return frame
}
