import { manualClock } from '../store/clock.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type FastCheck, historyOf } from './model-history.ts'
import { playerOf } from './model-player.ts'
import { naiveModel } from './naive-model.ts'

/** How many random histories are played, and from which seed. */
export interface ModelSuiteOptions {
  /** Default 100. */
  readonly runs?: number
  /** Replays the histories of a run that failed. Default: another one each time. */
  readonly seed?: number
}

/**
 * Plays random histories (commits, races of commits, reads, time passing) on a store and on a naive model, and demands the
 * same answers. The name tells the seed. `fc` is the module fast-check, which stays the caller's.
 */
export function modelSuite(fc: FastCheck, options: ModelSuiteOptions = {}): readonly ConformanceCase[] {
  const { runs = 100, seed = Math.floor(Math.random() * 2 ** 31) } = options
  return [
    {
      name: `a naive model agrees in ${runs} random histories (seed ${seed})`,
      async run(fixture) {
        const property = fc.asyncProperty(historyOf(fc), async (steps) => {
          const clock = manualClock(Date.now())
          const store = await fixture.open(clock)
          try {
            const player = playerOf(store, naiveModel(clock))
            for (const step of steps) {
              if (step.type === 'wait') clock.advance(step.millis)
              else await player.play(step, clock.now())
            }
            await player.play({ type: 'compare' }, clock.now())
          } finally {
            await store.close()
          }
        })
        await fc.assert(property, { numRuns: runs, seed, endOnFailure: false })
      },
    },
  ]
}
