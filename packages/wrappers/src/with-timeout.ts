import type { EnumerableStore, SweepableStore, Wrapper } from '@threadkeep/core/store'
import { forward, ThreadkeepError } from '@threadkeep/core/store'
import { createDeadlines } from './deadlines.ts'
import { requireNumber } from './options.ts'

/** How long a call may take. */
export interface TimeoutOptions {
  /** Seconds. A call is given up after this long, and at most an eighth later. */
  readonly timeout: number
}

/**
 * No call but `close` keeps its caller waiting for longer: it rejects with `TIMEOUT`, and the call below is aborted. A
 * commit that was given up may still happen, and says so (`maybeCommitted`).
 */
export function withTimeout(options: TimeoutOptions): Wrapper {
  const seconds = requireNumber('withTimeout timeout', options.timeout, { max: 86_400 })
  return (inner) => {
    const deadlines = createDeadlines(seconds * 1000)
    const expired = (verb: string) => {
      const maybeCommitted = verb === 'commit'
      const hint = maybeCommitted ? ' It may or may not have happened: read before you write again.' : ''
      return new ThreadkeepError('TIMEOUT', `${inner.name}: ${verb} took longer than ${seconds} s.${hint}`, {
        maybeCommitted,
      })
    }
    const expiredGet = () => expired('get')
    const expiredList = () => expired('list')
    const expiredCommit = () => expired('commit')
    const expiredCollections = () => expired('collections')
    const expiredSweep = () => expired('sweep')
    return forward(inner, {
      get: (at, callOptions) => deadlines.run((o) => inner.get(at, o), callOptions, expiredGet),
      list: (collection, range, callOptions) =>
        deadlines.run((o) => inner.list(collection, range, o), callOptions, expiredList),
      commit: (changes, callOptions) => deadlines.run((o) => inner.commit(changes, o), callOptions, expiredCommit),
      collections: (range, callOptions) =>
        deadlines.run((o) => (inner as EnumerableStore).collections(range, o), callOptions, expiredCollections),
      sweep: (limit, callOptions) =>
        deadlines.run((o) => (inner as SweepableStore).sweep(limit, o), callOptions, expiredSweep),
    })
  }
}
