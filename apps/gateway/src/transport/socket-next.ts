import type { WebSocket } from 'ws'
import type { Sink } from '../subscriptions/run-subscription.ts'

/** So many bytes may wait in a socket before more are held back. */
const enough = 1024 * 1024
/** A socket that takes nothing for so long is given up. */
const patience = 30_000

/** Sends the results of one operation as frames. */
export function socketNext(socket: WebSocket, id: string): Sink['next'] {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`
  const ignore = (): void => {}
  return (text) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount < enough) {
      socket.send(`${head}${text}}`, ignore)
      return
    }
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => socket.terminate(), patience)
      socket.send(`${head}${text}}`, () => {
        clearTimeout(giveUp)
        resolve()
      })
    })
  }
}
