import { setTimeout as wait } from 'node:timers/promises'
import type {
  CallOptions,
  Change,
  Clock,
  CommitResult,
  EnumerableStore,
  ErrorCode,
  Store,
  Wrapper,
} from '@threadkeep/core/store'
import {
  forward,
  isThreadkeepError,
  type SweepableStore,
  systemClock,
  ThreadkeepError,
  takeAddresses,
} from '@threadkeep/core/store'
import { copyChanges } from './copy-changes.ts'
import { requireNumber } from './options.ts'
import { isRepeatable, witnesses } from './retry/repeatable.ts'
import { createRetryBudget } from './retry/retry-budget.ts'

/** How failures are retried. Durations are in seconds. */
export interface RetryOptions {
  /** Attempts after the first. Default 3. */
  readonly maxRetries?: number
  /** The first delay is somewhere between 0 and this; it doubles at each retry. Default 0.1. */
  readonly baseDelay?: number
  /** No delay is longer. Default 10. */
  readonly maxDelay?: number
  /** All calls together may retry `size` times at once; each success earns `refill` of a retry. Default 100 and 0.1. */
  readonly budget?: { readonly size: number; readonly refill: number }
  readonly clock?: Clock
  /** Waits; rejects when the signal aborts. */
  readonly sleep?: (millis: number, signal?: AbortSignal) => Promise<unknown>
  /** 0 up to 1. */
  readonly random?: () => number
}

/**
 * Tries again what failed for a reason that may pass (`retryable` errors and `RATE_LIMITED`), after a random delay that
 * grows. A commit that may have happened is tried again only if it would conflict had it happened, so it never happens
 * twice; if it then conflicts and nothing proves that it had not happened, the answer is an error with `maybeCommitted`.
 */
export function withRetry(options: RetryOptions = {}): Wrapper {
  const maxRetries = requireNumber('withRetry maxRetries', options.maxRetries ?? 3, { min: 0, whole: true })
  const baseDelay = requireNumber('withRetry baseDelay', options.baseDelay ?? 0.1, { min: 0 }) * 1000
  const maxDelay = requireNumber('withRetry maxDelay', options.maxDelay ?? 10, { min: 0 }) * 1000
  const size = requireNumber('withRetry budget.size', options.budget?.size ?? 100, { min: 0 })
  const refill = requireNumber('withRetry budget.refill', options.budget?.refill ?? 0.1, { min: 0 })
  const { clock = systemClock, random = Math.random, sleep = defaultSleep } = options

  return (inner) => {
    const budget = createRetryBudget(size, refill)
    const earn = <T>(answer: T): T => {
      budget.earn()
      return answer
    }

    /** Waits for the turn of one retry. */
    const pause = async (retry: number, signal: AbortSignal | undefined) => {
      try {
        await sleep(random() * Math.min(maxDelay, baseDelay * 2 ** retry), signal)
      } catch (cause) {
        throw new ThreadkeepError('ABORTED', 'The call was aborted while it waited to try again.', { cause })
      }
    }

    const retryRead = async <T>(
      first: unknown,
      call: () => Promise<T>,
      signal: AbortSignal | undefined,
    ): Promise<T> => {
      let error = first
      for (let retry = 0; retry < maxRetries && isTransient(error) && budget.spend(); retry++) {
        await pause(retry, signal)
        try {
          return earn(await call())
        } catch (next) {
          error = next
        }
      }
      throw error
    }
    const read = <T>(call: () => Promise<T>, callOptions: CallOptions | undefined): Promise<T> =>
      call().then(earn, (error) => retryRead(error, call, callOptions?.signal))

    const retryCommit = async (
      first: unknown,
      changes: readonly Change[],
      callOptions: CallOptions | undefined,
    ): Promise<CommitResult> => {
      let error = first
      let unclear = isUnclear(first) ? first : undefined
      for (let retry = 0; retry < maxRetries && isTransient(error); retry++) {
        if (unclear && !isRepeatable(changes, clock.now())) break
        if (!budget.spend()) break
        try {
          await pause(retry, callOptions?.signal)
          const result = earn(await inner.commit(changes, callOptions))
          if (result.ok || !unclear || (await provesAbsence(inner, changes, callOptions))) return result
          throw unclearOutcome(unclear.code, unclear)
        } catch (next) {
          error = next
          if (isUnclear(next)) unclear ??= next
        }
      }
      if (unclear && !isUnclear(error)) throw unclearOutcome(isThreadkeepError(error) ? error.code : 'INTERNAL', error)
      throw error
    }

    // Everything is copied at the call: by the time of a retry the caller may have changed it.
    return forward(inner, {
      async get(at, callOptions) {
        const own = takeAddresses(at)
        return read(() => inner.get(own, callOptions), callOptions)
      },
      list(collection, range, callOptions) {
        const own = { ...range }
        return read(() => inner.list(collection, own, callOptions), callOptions)
      },
      async commit(changes, callOptions) {
        const own = copyChanges(changes)
        return inner.commit(own, callOptions).then(earn, (error) => retryCommit(error, own, callOptions))
      },
      collections(range, callOptions) {
        const own = { ...range }
        return read(() => (inner as EnumerableStore).collections(own, callOptions), callOptions)
      },
      sweep: (limit, callOptions) => read(() => (inner as SweepableStore).sweep(limit, callOptions), callOptions),
    })
  }
}

/** Whether a record the commit would have changed is still as it was, so that no attempt can have happened. */
async function provesAbsence(
  store: Store,
  changes: readonly Change[],
  callOptions: CallOptions | undefined,
): Promise<boolean> {
  const expected = witnesses(changes)
  if (expected.length === 0) return false
  const entries = await store.get(
    expected.map(({ at }) => at),
    callOptions,
  )
  return entries.some((entry, i) => entry?.version === expected[i]!.version)
}

function isTransient(error: unknown): boolean {
  return isThreadkeepError(error) && (error.retryable || error.code === 'RATE_LIMITED')
}

function isUnclear(error: unknown): error is ThreadkeepError {
  return isThreadkeepError(error) && error.maybeCommitted
}

function unclearOutcome(code: ErrorCode, cause: unknown): ThreadkeepError {
  return new ThreadkeepError(
    code,
    'An earlier attempt of this commit may have happened, and trying again did not settle it. Read before you write again.',
    { retryable: false, maybeCommitted: true, cause },
  )
}

function defaultSleep(millis: number, signal?: AbortSignal): Promise<unknown> {
  return wait(millis, undefined, signal && { signal })
}
