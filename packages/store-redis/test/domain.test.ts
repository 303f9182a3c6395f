import { domainCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')

describe.skipIf(!redis.available)('the chat domain on Redis', () => {
  for (const { name, run } of domainCases) {
    test.concurrent(name, { timeout: 300_000 }, () =>
      run({
        async open({ clock }) {
          const { url, name: namespace } = await redis.open()
          const store = await redisStore({ url, namespace, timeout: 60_000, clock })
          return { store, close: () => store.close() }
        },
      }),
    )
  }
})
