import type { Entry, EnumerableStore, Store, Version, Wrapper } from '@threadkeep/core/store'
import { forward, isEnumerable, isThreadkeepError, takeAddresses } from '@threadkeep/core/store'
import { requireChoice } from './options.ts'
import { overlay } from './overlay.ts'

/** Where reads go when the wrapped store has no answer. */
export interface FallbackOptions {
  /** The second store. It is read and never written, and closed together with the first. */
  readonly store: Store
  /**
   * `outage` (default): while the first store cannot be reached, reads are answered by the second.
   * `miss`: records that the first store lacks are answered by the second, which then must not change.
   */
  readonly on?: 'outage' | 'miss'
  /** Which errors count as an outage. Default: `UNAVAILABLE` and `TIMEOUT`. */
  readonly isOutage?: (error: unknown) => boolean
}

/**
 * Reads have a second store to go to; every write goes to the first store alone, and fails when that fails. A version
 * that came from the second store never passes a check of the first by accident.
 */
export function withFallback(options: FallbackOptions): Wrapper {
  const { store: second, on = 'outage', isOutage = cannotBeReached } = options
  requireChoice('withFallback on', on, ['outage', 'miss'])
  return (first) => (on === 'miss' ? overlay(first, second) : surviveOutage(first, second, isOutage))
}

function surviveOutage(first: Store, second: Store, isOutage: (error: unknown) => boolean): Store {
  const name = `${first.name} or ${second.name}`
  // Versions of two stores may look alike, so those of the second carry a mark that no store makes.
  const mark = (entry: Entry): Entry => ({ ...entry, version: `(${name}) ${entry.version}` as Version })

  return forward(first, {
    name,
    async get(at, options) {
      const asked = takeAddresses(at)
      try {
        return await first.get(asked, options)
      } catch (error) {
        if (!isOutage(error)) throw error
        return (await second.get(asked, options)).map((entry) => entry && mark(entry))
      }
    },
    async list(collection, range, options) {
      const asked = { ...range }
      try {
        return await first.list(collection, asked, options)
      } catch (error) {
        if (!isOutage(error)) throw error
        return (await second.list(collection, asked, options)).map(mark)
      }
    },
    async collections(range, options) {
      const asked = { ...range }
      try {
        return await (first as EnumerableStore).collections(asked, options)
      } catch (error) {
        if (!isOutage(error) || !isEnumerable(second)) throw error
        return second.collections(asked, options)
      }
    },
    async close() {
      await Promise.all([first.close(), second.close()])
    },
  })
}

function cannotBeReached(error: unknown): boolean {
  return isThreadkeepError(error, 'UNAVAILABLE') || isThreadkeepError(error, 'TIMEOUT')
}
