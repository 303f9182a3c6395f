import { domainCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { gridFsBlobStore, mongoSearchIndex, mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('the chat domain on MongoDB', () => {
  for (const { name, run } of domainCases) {
    // The stand-in takes its time over what the domain reads and writes.
    test.concurrent(name, { timeout: 120_000 }, () =>
      run({
        async open({ clock }) {
          const { url } = await mongodb.open()
          const options = { url, clock }
          const ground = { store: await mongoStore(options), search: await mongoSearchIndex(options) }
          const blobs = await gridFsBlobStore(options)
          const close = async () =>
            void (await Promise.all([...Object.values(ground), blobs].map((one) => one.close())))
          return { ...ground, blobs, close }
        },
      }),
    )
  }
})
