import type { Clock, EnumerableStore, SweepableStore, Wrapper } from '@threadkeep/core/store'
import { forward, isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import { monotonicClock } from './monotonic-clock.ts'
import { observe } from './observe.ts'
import { requireNumber } from './options.ts'

/** `closed`: calls pass. `open`: calls are refused. `half-open`: one call tries whether the store is back. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** When a store counts as down, and for how long it is left alone. */
export interface CircuitBreakerOptions {
  /** So many failures in a row open the circuit. Default 5. */
  readonly maxFailures?: number
  /** Seconds before a single call may try again. Default 10. */
  readonly resetAfter?: number
  /** Called at each change, for metrics and alarms. */
  readonly onStateChange?: (state: CircuitState, store: string) => void
  readonly clock?: Clock
}

/**
 * After `maxFailures` failures in a row, calls are refused at once with `UNAVAILABLE` instead of burdening a store that is
 * down. Only `UNAVAILABLE` and `TIMEOUT` are failures: a conflict or a refusal proves that the store lives. Each wrapped
 * store has a circuit of its own.
 */
export function withCircuitBreaker(options: CircuitBreakerOptions = {}): Wrapper {
  const maxFailures = requireNumber('withCircuitBreaker maxFailures', options.maxFailures ?? 5, { min: 1, whole: true })
  const resetAfter = requireNumber('withCircuitBreaker resetAfter', options.resetAfter ?? 10) * 1000
  const { clock = monotonicClock, onStateChange } = options

  return (inner) => {
    let state: CircuitState = 'closed'
    let failures = 0
    let since = 0
    // Calls that began before the last change of state say nothing about the present one.
    let era = 0

    const become = (next: CircuitState) => {
      state = next
      failures = 0
      era++
      since = clock.now()
      try {
        onStateChange?.(next, inner.name)
      } catch {
        // An observer decides nothing.
      }
    }

    const pass = <T>(call: () => Promise<T>): Promise<T> => {
      if (state !== 'closed') {
        // Half-open has the same patience: an attempt that hangs must not shut the circuit for ever.
        const wait = since + resetAfter - clock.now()
        if (wait > 0) return Promise.reject(refusal(inner.name, wait))
        become('half-open')
      }
      const begun = era
      return observe(
        call(),
        () => {
          if (begun === era) succeeded()
        },
        (error) => {
          if (begun === era) failed(error)
        },
      )
    }
    const succeeded = () => {
      if (state === 'half-open') become('closed')
      else failures = 0
    }
    const failed = (error: unknown) => {
      if (isThreadkeepError(error, 'UNAVAILABLE') || isThreadkeepError(error, 'TIMEOUT')) {
        failures++
        if (state === 'half-open' || failures >= maxFailures) become('open')
      } else if (isThreadkeepError(error, 'ABORTED') || isThreadkeepError(error, 'CLOSED')) {
        // The caller gave up: nothing was learnt, so the next call may try.
        if (state === 'half-open') reopen()
      } else succeeded()
    }
    /** Back to open, but due for the next attempt at once. */
    const reopen = () => {
      become('open')
      since -= resetAfter
    }

    return forward(inner, {
      get: (at, callOptions) => pass(() => inner.get(at, callOptions)),
      list: (collection, range, callOptions) => pass(() => inner.list(collection, range, callOptions)),
      commit: (changes, callOptions) => pass(() => inner.commit(changes, callOptions)),
      collections: (range, callOptions) => pass(() => (inner as EnumerableStore).collections(range, callOptions)),
      sweep: (limit, callOptions) => pass(() => (inner as SweepableStore).sweep(limit, callOptions)),
    })
  }
}

function refusal(store: string, wait: number): ThreadkeepError {
  const retryAfterMs = Math.max(0, Math.ceil(wait))
  return new ThreadkeepError(
    'UNAVAILABLE',
    `${store} is down and left alone for now. Try again in ${retryAfterMs} ms.`,
    {
      details: { circuit: 'open', retryAfterMs },
    },
  )
}
