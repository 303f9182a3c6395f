import { describe, test } from 'vitest'
import { largestCases, type StoreFixture, storeCases, wrapperLaws } from '../conformance/index.ts'
import { forward } from '../store/forward.ts'
import { memoryStore } from './memory-store.ts'

const memory: StoreFixture = { open: async (clock) => memoryStore({ clock }) }
const passThrough: StoreFixture = { open: async (clock) => forward(memoryStore({ clock }), {}) }

describe('the memory store keeps the contract', () => {
  for (const { name, run } of [...storeCases, ...largestCases]) test(name, () => run(memory))
})

describe('so does the memory store seen through a wrapper that does nothing', () => {
  for (const { name, run } of storeCases) test(name, () => run(passThrough))
  for (const { name, run } of wrapperLaws((inner) => forward(inner, {}))) test(name, () => run(memory))
})
