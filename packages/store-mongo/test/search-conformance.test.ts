import { searchCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { mongoSearchIndex } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('mongoSearchIndex keeps the search contract', () => {
  for (const { name, run } of searchCases) {
    const open = async (clock: Parameters<Parameters<typeof run>[0]['open']>[0]) =>
      mongoSearchIndex({ url: (await mongodb.open()).url, deadline: 60_000, clock })
    test(name, { timeout: 300_000 }, () => run({ open }))
  }
})
