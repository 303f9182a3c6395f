import { blobCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { gridFsBlobStore } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('gridFsBlobStore keeps the sentences of its port', () => {
  for (const { name, run } of blobCases) {
    test(name, { timeout: 300_000 }, () =>
      run({ open: async (clock) => gridFsBlobStore({ url: (await mongodb.open()).url, deadline: 60_000, clock }) }),
    )
  }
})
