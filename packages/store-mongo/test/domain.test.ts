import { domainCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { gridFsBlobStore, mongoSearchIndex, mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')

/** What waits a fixed time for something to arrive: the stand-in for MongoDB is too slow for that beside other suites. */
const inARush = new Set([
  'what a crash left in the outbox is taken by whoever comes next',
  'a subscriber receives what comes from now on, in order, with the messages',
])

describe.skipIf(!mongodb.available)('the chat domain on MongoDB', () => {
  for (const { name, run } of domainCases) {
    // The stand-in takes its time over what the domain reads and writes.
    test.skipIf(inARush.has(name)).concurrent(name, { timeout: 120_000, retry: 2 }, () =>
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
