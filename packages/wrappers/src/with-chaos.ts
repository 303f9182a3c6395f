import { setTimeout as wait } from 'node:timers/promises'
import type { CallOptions, Wrapper } from '@threadkeep/core/store'
import { forward, ThreadkeepError, takeAddresses, throwIfAborted } from '@threadkeep/core/store'
import type { ChaosCall, Disturbance, Fault } from './chaos/faults.ts'
import { seededRandom } from './chaos/seeded-random.ts'
import { copyChanges } from './copy-changes.ts'

/** What goes wrong. */
export interface ChaosOptions {
  /** Each call is put before each of them; what several say adds up, and the first error counts. */
  readonly faults: readonly Fault[]
  /** The same seed and the same calls give the same faults. Default 1. */
  readonly seed?: number
  /** Waits, in milliseconds. */
  readonly sleep?: (millis: number) => Promise<unknown>
}

/**
 * A store that fails on purpose, for tests and simulations: before a call, after it happened, late, or never answering.
 * What it lets through is the wrapped store's own answer.
 */
export function withChaos({ faults, seed = 1, sleep = wait }: ChaosOptions): Wrapper {
  return (inner) => {
    const random = seededRandom(seed)
    let index = 0

    const disturb = async <T>(
      verb: ChaosCall['verb'],
      call: () => Promise<T>,
      options: CallOptions | undefined,
    ): Promise<T> => {
      const { delay, before, after, hang } = strike(faults, { verb, index: index++, random })
      if (delay) await sleep(delay * 1000)
      throwIfAborted(options)
      if (before) throw before
      const answer = await call()
      if (hang) await untilAborted(options?.signal, verb === 'commit')
      if (after) throw after
      return answer
    }

    // Copied at the call: by the end of a delay the caller may have changed what it handed over.
    return forward(inner, {
      async get(at, options) {
        const own = takeAddresses(at)
        return disturb('get', () => inner.get(own, options), options)
      },
      list(collection, range, options) {
        const own = { ...range }
        return disturb('list', () => inner.list(collection, own, options), options)
      },
      async commit(changes, options) {
        const own = copyChanges(changes)
        return disturb('commit', () => inner.commit(own, options), options)
      },
    })
  }
}

function strike(faults: readonly Fault[], call: ChaosCall): Disturbance {
  let all: Disturbance = {}
  for (const fault of faults) {
    const one = fault(call)
    if (one) all = { ...one, ...all, delay: (all.delay ?? 0) + (one.delay ?? 0) }
  }
  return all
}

function untilAborted(signal: AbortSignal | undefined, maybeCommitted: boolean): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () =>
      reject(new ThreadkeepError('ABORTED', 'Chaos: the call was aborted.', { maybeCommitted, cause: signal?.reason }))
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
