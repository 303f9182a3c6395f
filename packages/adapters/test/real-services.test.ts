import { createThreadkeep } from '@threadkeep/core'
import { service } from '@threadkeep/test-support/services'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { describe, expect, test } from 'vitest'
import type { BackendUrls } from '../src/index.ts'
import { openBackend } from '../src/index.ts'

const [mongodb, redis, postgres] = await Promise.all([service('mongodb'), service('redis'), service('postgres')])

/** What is written through one opening is read, and found, through another. */
async function keeps(urls: BackendUrls): Promise<void> {
  const actor = { userId: 'ada' }
  const [writing, reading] = await Promise.all([openBackend(urls), openBackend(urls)])
  try {
    const [one, two] = [createThreadkeep(writing), createThreadkeep(reading)]
    const { id } = await one.threads.create(actor, { title: 'kept' })
    await one.messages.append(actor, id, { role: 'user', content: 'hello there' })
    await one.projections.settle()
    expect((await two.threads.get(actor, id)).title).toBe('kept')
    if (reading.search) expect((await two.search.messages(actor, { query: 'hello' })).results).toHaveLength(1)
    await Promise.all([one.close(), two.close()])
  } finally {
    await Promise.all([writing.close(), reading.close()])
  }
}

describe.skipIf(!redis.available)('with Redis', () => {
  const namespaced = async () => {
    const { url, name } = await redis.open()
    return `${url}?namespace=${name}`
  }
  test('records and hints on Redis', async () => {
    const url = await namespaced()
    await keeps({ store: url, live: url })
  })
  test.skipIf(!mongodb.available)('records, index and blobs on MongoDB, hints and copies on Redis', async () => {
    const url = await namespaced()
    await keeps({ store: (await mongodb.open()).url, live: url, cache: url })
  })
})

describe.skipIf(!redis.available)('a cache on Redis', () => {
  test('a worker reads past it, and what it writes is seen at once by those who read from it', async () => {
    const { url, name } = await redis.open()
    const urls = { store: `${url}?namespace=${name}`, cache: `${url}?namespace=${name}` }
    const [gateway, worker] = await Promise.all([openBackend(urls), openBackend({ ...urls, cacheReads: false })])
    const at = { collection: 'sums', key: 'messages' }
    try {
      for (let n = 0; n < 20; n++) {
        await worker.store.commit([{ type: 'put', at, value: { n } }])
        // Twice, so that the second answer comes from the cache.
        for (const _ of [1, 2]) expect((await gateway.store.get([at]))[0]?.value).toEqual({ n })
        expect((await worker.store.get([at]))[0]?.value).toEqual({ n })
      }
      expect(gateway.cacheFailures?.()).toBe(0)
    } finally {
      await Promise.all([gateway.close(), worker.close()])
    }
  })
})

test.skipIf(!postgres.available)('records, index and hints on PostgreSQL', async () => {
  const { url } = await postgres.open()
  await keeps({ store: url, live: url })
})

test.skipIf(!mongodb.available)(
  'a call of the store waits no longer than it was told to, and the next one is free of it',
  async () => {
    const { url } = await mongodb.open()
    await using proxy = await tcpProxy(url)
    const through = new URL(proxy.through(url))
    through.searchParams.delete('replicaSet')
    through.searchParams.set('directConnection', 'true')
    const backend = await openBackend({ store: through.href, search: 'none:', blobs: 'none:' }, { deadline: 700 })
    try {
      const at = { collection: 'things', key: 'a' }
      const commit = () => backend.store.commit([{ type: 'put', at, value: { n: 1 } }])
      await commit()
      proxy.mode('dropReplies')
      await expect(commit()).rejects.toMatchObject({ code: 'TIMEOUT', maybeCommitted: true })
      await expect(backend.store.get([at])).rejects.toMatchObject({ code: 'TIMEOUT', maybeCommitted: false })
      proxy.restore()
      await expect
        .poll(() => backend.store.get([at]).catch(() => []), { timeout: 25_000 })
        .toMatchObject([{ value: { n: 1 } }])
    } finally {
      await backend.close()
    }
  },
)
