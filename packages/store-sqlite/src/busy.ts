import { setImmediate, setTimeout } from 'node:timers/promises'
import type { CallOptions } from '@threadkeep/core/store'
import { ThreadkeepError, throwIfAborted } from '@threadkeep/core/store'
import { lockedError } from './errors.ts'

/** What an attempt answers when another connection stood in its way. */
export const busy = Symbol('busy')

/** How long to wait for whom. */
export interface Waiting {
  readonly path: string
  readonly busyTimeout: number
  isClosed(): boolean
}

// A commit elsewhere takes a fraction of a millisecond, less than the shortest timer.
const eagerMs = 2
const longestPauseMs = 25

/**
 * Makes one attempt at once, and further ones while it answers `busy`, with growing, jittered pauses in which the event loop
 * goes on. `UNAVAILABLE` after the busy timeout, `ABORTED` as soon as the caller gives up, `CLOSED` once closed.
 */
export async function untilFree<T>(
  attempt: () => T | typeof busy,
  { path, busyTimeout, isClosed }: Waiting,
  options?: CallOptions,
): Promise<T> {
  let start: number | undefined
  for (let pause = 1; ; ) {
    if (isClosed()) throw new ThreadkeepError('CLOSED', `${path} has been closed.`)
    throwIfAborted(options)
    const result = attempt()
    if (result !== busy) return result
    start ??= performance.now()
    const waited = performance.now() - start
    if (waited >= busyTimeout) throw lockedError(path, busyTimeout)
    if (waited < eagerMs) await setImmediate()
    else {
      await setTimeout(Math.min(1 + Math.random() * pause, busyTimeout - waited))
      pause = Math.min(pause * 2, longestPauseMs)
    }
  }
}
