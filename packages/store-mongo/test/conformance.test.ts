import { storeCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('mongoStore keeps the contract', () => {
  for (const { name, run } of storeCases) {
    test.concurrent(name, () => run({ open: async (clock) => mongoStore({ url: (await mongodb.open()).url, clock }) }))
  }
})
