import { domainCases } from '@threadkeep/core/conformance'
import { describe, test } from 'vitest'
import { sqliteSearchIndex, sqliteStore } from '../src/index.ts'
import { temporaryPath } from './support/temporary-path.ts'

describe('the chat domain on a SQLite file', () => {
  for (const { name, run } of domainCases) {
    test(name, () =>
      run({
        async open({ clock }) {
          const path = temporaryPath('chat.db')
          const store = await sqliteStore({ path, clock, durability: 'normal' })
          const search = await sqliteSearchIndex({ path, clock, durability: 'normal' })
          return { store, search, close: () => Promise.all([store.close(), search.close()]).then(() => {}) }
        },
      }),
    )
  }
})
