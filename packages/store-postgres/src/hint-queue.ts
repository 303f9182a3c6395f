// A payload of NOTIFY has to be shorter than this.
const tooLong = 8_000
const mostWaiting = 10_000

/**
 * Collects payloads while others are on their way, because the server lets only one NOTIFY commit at a time. What is too long,
 * more than the queue holds, or fails to be sent is lost.
 */
export function hintQueue(send: (payloads: readonly string[]) => Promise<unknown>): (payload: string) => void {
  let waiting: string[] = []
  let sending = false

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const payloads = waiting
      waiting = []
      await send(payloads).catch(() => {})
    }
    sending = false
  }

  return (payload) => {
    if (waiting.length >= mostWaiting || Buffer.byteLength(payload) >= tooLong) return
    waiting.push(payload)
    if (sending) return
    sending = true
    setImmediate(() => void flush())
  }
}
