import fc from 'fast-check'
import { describe, test } from 'vitest'
import { domainModelSuite } from '../conformance/index.ts'
import { memoryStore } from '../memory/memory-store.ts'

// A failure names its seed: replay it with SEED=…
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

describe('a thread behaves as the model says', () => {
  for (const { name, run } of domainModelSuite(fc, { runs: 1_000, ...seed })) {
    test(name, { timeout: 120_000 }, () =>
      run({
        async open({ clock }) {
          const store = memoryStore({ clock })
          return { store, close: () => store.close() }
        },
      }),
    )
  }
})
