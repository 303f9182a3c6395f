import { largestCases, modelSuite, storeCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { connect } from '../src/client.ts'
import { openStore } from '../src/mongo-store.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available).each([
  ['MongoDB 8 and later', true, [...storeCases, ...largestCases]],
  ['servers that write to one collection at a time', false, storeCases],
] as const)('mongoStore keeps the contract on %s', (_, writesAcrossCollections, cases) => {
  for (const { name, run } of [...cases, ...modelSuite(fc, { runs: 15 })]) {
    test.concurrent(name, { timeout: 600_000 }, () =>
      run({
        open: async (clock) => {
          const connection = await connect({ url: (await mongodb.open()).url, deadline: 240_000 })
          return openStore({ ...connection, writesAcrossCollections }, clock)
        },
      }),
    )
  }
})
