import { describe, test } from 'vitest'
import { chatKitCases } from '../conformance/index.ts'
import { memoryStore } from '../memory/memory-store.ts'

describe('chatKitStore on the memory store', () => {
  for (const { name, run } of chatKitCases) {
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
