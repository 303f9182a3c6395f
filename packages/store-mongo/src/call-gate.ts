import type { CallOptions } from '@threadkeep/core/store'
import { ThreadkeepError, throwIfAborted } from '@threadkeep/core/store'

/** What every call goes through. */
export interface CallGate {
  /** Runs a call; rejects with `CLOSED` after close, with `ABORTED` when its caller had given up before. */
  run<T>(options: CallOptions | undefined, call: () => Promise<T>): Promise<T>
  /** Refuses new calls, lets those under way finish, then runs `release`. May be called again: all get the same answer. */
  close(release: () => Promise<void>): Promise<void>
}

/** A gate in front of `what`. */
export function callGate(what: string): CallGate {
  const { promise: idle, resolve: becomeIdle } = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  let running = 0
  return {
    async run(options, call) {
      if (closing) throw new ThreadkeepError('CLOSED', `${what} has been closed.`)
      throwIfAborted(options)
      running++
      try {
        return await call()
      } finally {
        if (--running === 0 && closing) becomeIdle()
      }
    },
    close(release) {
      if (!closing) {
        if (running === 0) becomeIdle()
        closing = idle.then(release)
      }
      return closing
    },
  }
}
