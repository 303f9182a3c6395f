import { ThreadkeepError } from '../../errors/threadkeep-error.ts'

/** Counts the calls inside, and lets nobody in once it is closing. */
export interface Gate {
  readonly open: boolean
  /** Aborted when closing begins: ends what would go on for ever. */
  readonly closing: AbortSignal
  assertOpen(): void
  /** Runs a call inside the gate; `CLOSED` when it is closing. */
  pass<T>(call: () => Promise<T>): Promise<T>
  /** Closes, and answers when everybody has left. May be called again. */
  close(): Promise<void>
}

/** A gate that stands open. */
export function createGate(what: string): Gate {
  const controller = new AbortController()
  let inside = 0
  let empty: (() => void) | undefined
  let closed: Promise<void> | undefined
  const assertOpen = (): void => {
    if (closed) throw new ThreadkeepError('CLOSED', `${what} is closed.`)
  }
  const leave = (): void => {
    inside--
    if (inside === 0) empty?.()
  }
  return {
    get open() {
      return closed === undefined
    },
    closing: controller.signal,
    assertOpen,
    async pass(call) {
      assertOpen()
      inside++
      try {
        return await call()
      } finally {
        leave()
      }
    },
    close() {
      closed ??= new Promise((resolve) => {
        empty = resolve
        if (inside === 0) resolve()
      })
      controller.abort()
      return closed
    },
  }
}
