import type { Clock, ManualClock } from '../store/clock.ts'
import { manualClock } from '../store/clock.ts'
import type { Store } from '../store/types.ts'

/** How a case gets its store: fresh and empty at each call, telling time by `clock` alone. The case closes it. */
export interface StoreFixture {
  open(clock: Clock): Promise<Store>
}

/** One sentence of the contract as a test: resolves when it holds, throws an `Error` that says what broke. */
export interface ConformanceCase {
  readonly name: string
  run(fixture: StoreFixture): Promise<void>
}

/** Builds a case whose store is opened before and closed after. Time stands still unless the case moves it forward. */
export function storeCase(name: string, body: (store: Store, clock: ManualClock) => Promise<void>): ConformanceCase {
  return {
    name,
    async run(fixture) {
      // Stores with an expiry of their own (Redis, MongoDB) count real time, so the case starts at the real now.
      const clock = manualClock(Date.now())
      const store = await fixture.open(clock)
      try {
        await body(store, clock)
      } finally {
        await store.close()
      }
    },
  }
}

/** An hour: far enough that no real clock reaches it while a case runs. */
export const hour = 3_600_000
