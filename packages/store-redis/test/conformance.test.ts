import { largestCases, modelSuite, storeCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')

describe.skipIf(!redis.available)('redisStore keeps the contract', () => {
  for (const { name, run } of [...storeCases, ...largestCases, ...modelSuite(fc)]) {
    test(name, { timeout: 300_000 }, () =>
      run({
        open: async (clock) => {
          const { url, name: namespace } = await redis.open()
          return redisStore({ url, namespace, timeout: 60_000, clock })
        },
      }),
    )
  }
})
