import { searchCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { postgresSearchIndex } from '../src/index.ts'

const postgres = await service('postgres')
const { url } = postgres.available ? await postgres.open() : postgres
let schemas = 0

describe.skipIf(!postgres.available)('postgresSearchIndex keeps the search contract', () => {
  for (const { name, run } of searchCases) {
    test(name, { timeout: 300_000 }, () =>
      run({
        open: (clock) => postgresSearchIndex({ url, schema: `s${schemas++}`, connections: 2, timeout: 60_000, clock }),
      }),
    )
  }
})
