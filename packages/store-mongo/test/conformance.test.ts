import { modelSuite, storeCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { connect } from '../src/client.ts'
import { openStore } from '../src/mongo-store.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available).each([
  ['MongoDB 8 and later', true],
  ['servers that write to one collection at a time', false],
])('mongoStore keeps the contract on %s', (_, writesAcrossCollections) => {
  for (const { name, run } of [...storeCases, ...modelSuite(fc, { runs: 15 })]) {
    test.concurrent(name, () =>
      run({
        open: async (clock) => {
          const connection = await connect({ url: (await mongodb.open()).url })
          return openStore({ ...connection, writesAcrossCollections }, clock)
        },
      }),
    )
  }
})
