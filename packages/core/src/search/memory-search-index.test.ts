import { describe, test } from 'vitest'
import { searchCases } from '../conformance/search/search-cases.ts'
import { memorySearchIndex } from './memory-search-index.ts'

describe('memorySearchIndex keeps the search contract', () => {
  for (const { name, run } of searchCases) {
    test(name, () => run({ open: async (clock) => memorySearchIndex({ clock }) }))
  }
})
