import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'
import { isPassing, storeError } from './errors.ts'

/** Why a caller no longer waits. */
export interface Given {
  readonly code: 'TIMEOUT' | 'ABORTED'
  readonly message: string
  readonly cause?: unknown
}

/** Calls `onEnd` once when `deadline` milliseconds have passed or the caller gives up. The answer stops that. */
export function patience(deadline: number, options: CallOptions | undefined, onEnd: (why: Given) => void): () => void {
  const signal = options?.signal
  const onAbort = (): void => {
    stop()
    onEnd({ code: 'ABORTED', message: 'The call was aborted while it was under way.', cause: signal?.reason })
  }
  const timer = setTimeout(() => {
    stop()
    onEnd({ code: 'TIMEOUT', message: `MongoDB did not answer within the deadline of ${deadline} ms.` })
  }, deadline)
  const stop = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  if (signal?.aborted) queueMicrotask(onAbort)
  else signal?.addEventListener('abort', onAbort)
  return stop
}

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
  const stop = patience(deadline, options, ({ code, message, cause }) =>
    controller.abort(new ThreadkeepError(code, message, { cause })),
  )
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
