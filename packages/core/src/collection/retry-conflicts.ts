import { setTimeout as wait } from 'node:timers/promises'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { type CallOptions, throwIfAborted } from '../store/call-options.ts'

/** What an attempt answers when somebody else was faster. */
export const conflicted: unique symbol = Symbol('conflicted')

const attempts = 64
const eager = 4
const longestPause = 32

/**
 * Repeats an attempt to read, decide and commit until nobody was faster. The first repeats follow at once; later ones wait
 * a random while, so that many writers get past each other. `CONFLICT`, which may be retried, after 64 attempts.
 */
export async function retryConflicts<T>(
  attempt: () => Promise<T | typeof conflicted>,
  what: string,
  options: CallOptions | undefined,
): Promise<T> {
  for (let count = 1; count <= attempts; count++) {
    const result = await attempt()
    if (result !== conflicted) return result as T
    if (count >= eager) await wait(Math.random() * Math.min(longestPause, 2 ** (count - eager)))
    throwIfAborted(options)
  }
  throw new ThreadkeepError('CONFLICT', `${what} kept changing under ${attempts} attempts. Try again later.`, {
    retryable: true,
  })
}
