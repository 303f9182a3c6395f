import type { Change } from '@threadkeep/core'
import { isThreadkeepError, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import type { Fault } from '../src/chaos/faults.ts'
import { withChaos } from '../src/with-chaos.ts'
import type { RetryOptions } from '../src/with-retry.ts'
import { withRetry } from '../src/with-retry.ts'

/** Two addresses. */
export const a = { collection: 'c', key: 'a' }
export const b = { collection: 'c', key: 'b' }
/** A put of a number. */
export const put = (at = a, n = 1): Change => ({ type: 'put', at, value: { n } })

/** A store with faults under retries, whose waits and calls are counted. */
export function flakyStore(faults: readonly Fault[], options: RetryOptions = {}) {
  const base = memoryStore()
  const waits: number[] = []
  let calls = 0
  const count: Fault = () => {
    calls++
    return undefined
  }
  const store = stack(base, [
    withChaos({ faults: [count, ...faults] }),
    withRetry({ sleep: async (millis) => waits.push(millis), random: () => 1, ...options }),
  ])
  return { base, store, waits, calls: () => calls }
}

/** The answer, or what the error says of itself. */
export async function outcome(work: Promise<unknown>) {
  try {
    return await work
  } catch (error) {
    if (!isThreadkeepError(error)) throw error
    return `${error.code}${error.maybeCommitted ? ' maybe' : ''}${error.retryable ? ' retryable' : ''}`
  }
}

/** A failure that may pass. */
export function timeout() {
  return new ThreadkeepError('TIMEOUT', 'slow')
}
