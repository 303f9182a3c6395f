import type { FastCheck } from '../model-history.ts'
import type { ModelSuiteOptions } from '../model-suite.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { threadHistory } from './thread-history.ts'
import { threadPlayer } from './thread-player.ts'

/**
 * Plays random histories of a thread (appends, edits, deletions, truncations, races of two processes, time passing, pages behind old cursors)
 * and demands what a naive model answers, and records that hang together at the end. The name tells the seed. `fc` is the module
 * fast-check, which stays the caller's.
 */
export function domainModelSuite(fc: FastCheck, options: ModelSuiteOptions = {}): readonly DomainCase[] {
  const { runs = 100, seed = Math.floor(Math.random() * 2 ** 31) } = options
  return [
    {
      name: `a naive model of a thread agrees in ${runs} random histories (seed ${seed})`,
      async run(fixture) {
        const property = fc.asyncProperty(threadHistory(fc), async (steps) => {
          const history = domainCase('a history', async ({ chat, open, clock }) => {
            await chat.threads.create({ userId: 'ada' }, { id: 't', members: [{ userId: 'bob' }] })
            const player = threadPlayer([chat, open()], clock)
            for (const step of steps) await player.play(step)
            await player.compare()
          })
          await history.run(fixture)
        })
        await fc.assert(property, { numRuns: runs, seed, endOnFailure: false })
      },
    },
  ]
}
