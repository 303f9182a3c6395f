import { domainCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { postgresSearchIndex, postgresStore } from '../src/index.ts'

const postgres = await service('postgres')
const { url } = postgres.available ? await postgres.open() : postgres
let schemas = 0

describe.skipIf(!postgres.available)('the chat domain on PostgreSQL', () => {
  for (const { name, run } of domainCases) {
    test.concurrent(name, { timeout: 300_000 }, () =>
      run({
        async open({ clock }) {
          const options = { url, schema: `s${schemas++}`, connections: 3, timeout: 60_000, clock }
          const store = await postgresStore(options)
          const search = await postgresSearchIndex(options)
          return { store, search, close: () => Promise.all([store.close(), search.close()]).then(() => {}) }
        },
      }),
    )
  }
})
