import { createThreadkeep } from '@threadkeep/core'
import { service } from '@threadkeep/test-support/services'
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

test.skipIf(!postgres.available)('records, index and hints on PostgreSQL', async () => {
  const { url } = await postgres.open()
  await keeps({ store: url, live: url })
})
