import { largestCases, modelSuite, storeCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { postgresStore } from '../src/index.ts'

const postgres = await service('postgres')
const { url } = postgres.available ? await postgres.open() : postgres
let schemas = 0

describe.skipIf(!postgres.available)('postgresStore keeps the contract', () => {
  for (const { name, run } of [...storeCases, ...largestCases, ...modelSuite(fc)]) {
    test(name, { timeout: 300_000 }, () =>
      run({
        open: (clock) => postgresStore({ url, schema: `s${schemas++}`, connections: 4, timeout: 60_000, clock }),
      }),
    )
  }
})
