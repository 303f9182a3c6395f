import { domainCases } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { describe, test } from 'vitest'
import { gridFsBlobStore, mongoSearchIndex, mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')

describe.skipIf(!mongodb.available)('the chat domain on MongoDB', () => {
  for (const { name, run } of domainCases) {
    test.concurrent(name, { timeout: 300_000 }, () =>
      run({
        async open({ clock }) {
          const options = { url: (await mongodb.open()).url, clock, deadline: 60_000 }
          const ground = { store: await mongoStore(options), search: await mongoSearchIndex(options) }
          const blobs = await gridFsBlobStore(options)
          const parts = [...Object.values(ground), blobs]
          return { ...ground, blobs, close: () => Promise.all(parts.map((part) => part.close())).then(() => {}) }
        },
      }),
    )
  }
})
