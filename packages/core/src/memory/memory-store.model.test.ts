import fc from 'fast-check'
import { describe, test } from 'vitest'
import { modelSuite, type StoreFixture } from '../conformance/index.ts'
import { forward } from '../store/forward.ts'
import { memoryStore } from './memory-store.ts'

const stores: Readonly<Record<string, StoreFixture>> = {
  'the memory store': { open: async (clock) => memoryStore({ clock }) },
  'a wrapper that does nothing': { open: async (clock) => forward(memoryStore({ clock }), {}) },
}

// A failure names its seed: replay it with SEED=…
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

describe.each(Object.entries(stores))('%s behaves as the model says', (_, fixture) => {
  for (const { name, run } of modelSuite(fc, { runs: 1_000, ...seed })) test(name, () => run(fixture))
})
