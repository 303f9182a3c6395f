import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@threadkeep/core/store'
import { patience } from '@threadkeep/core/store'
import { impatientError, isPassing, storeError } from './errors.ts'

/** A pause before attempt `attempt + 1`: longer each time, and random, so that those who collided part ways. */
export function backoff(attempt: number): number {
  return Math.random() * Math.min(500, 4 * 2 ** attempt)
}

/** `patiently` for one caller: each step has the whole deadline. */
export type Patiently = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * Runs work that may safely be repeated until it succeeds, fails for good, or its caller no longer waits: then it rejects with
 * `TIMEOUT` or `ABORTED`, and the signal it was given cuts off what is still under way.
 */
export async function patiently<T>(
  deadline: number,
  options: CallOptions | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  const stop = patience(deadline, options, (reason) => controller.abort(impatientError(reason, deadline)))
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work(signal)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (!isPassing(error)) throw storeError(error)
        await sleep(backoff(attempt), undefined, { signal }).catch(() => {
          throw signal.reason
        })
      }
    }
  } finally {
    stop()
  }
}

/** The promise, or a rejection as soon as the signal says so: for work that takes no signal. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
