import { describe, test } from 'vitest'
import { domainCases } from '../conformance/index.ts'
import { memoryStore } from '../memory/memory-store.ts'

describe('the chat domain on the memory store', () => {
  for (const { name, run } of domainCases) {
    test(name, () =>
      run({
        async open({ clock }) {
          const store = memoryStore({ clock })
          return { store, close: () => store.close() }
        },
      }),
    )
  }
})
