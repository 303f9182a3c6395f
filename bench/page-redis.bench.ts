import { redisStore } from '@threadkeep/store-redis'
import { service, stopServices } from '@threadkeep/test-support/services'
import { createClient } from 'redis'
import { defineBench, rate } from './lib/index.ts'

const count = 1_000
const messages = 2_000
const collection = 'messages:thread_1'
const text = 'A message of ordinary length, as people write them. '.repeat(3)

export default defineBench({
  about: 'The last 50 messages of a thread on Redis, beside the same by hand',
  async run({ compare, skip }) {
    const redis = await service('redis')
    if (!redis.available) skip('there is no Redis')
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    const store = await redisStore({ url, namespace })
    for (let seq = 1; seq <= messages; seq++) {
      const key = String(seq).padStart(12, '0')
      const value = { role: 'user', authorId: 'user_1', content: text, seq }
      await Promise.all([
        store.commit([{ type: 'put', at: { collection, key }, value }]),
        client.zAdd(`${namespace}:order`, { score: 0, value: key }),
        client.set(`${namespace}:${key}`, JSON.stringify(value)),
      ])
    }

    await compare({
      against: 'bare ZRANGE BYLEX + MGET + JSON.parse',
      bar: '>=0.8',
      unit: 'page/s',
      ours: rate(count, async (n) => {
        for (let i = 0; i < n; i++) {
          const page = await store.list(collection, { reverse: true, limit: 50 })
          if (page.length !== 50) throw new Error('a short page')
        }
      }),
      theirs: rate(count, async (n) => {
        for (let i = 0; i < n; i++) {
          const keys = await client.zRange(`${namespace}:order`, '+', '-', {
            BY: 'LEX',
            REV: true,
            LIMIT: { offset: 0, count: 50 },
          })
          const page = (await client.mGet(keys.map((key) => `${namespace}:${key}`))).map((json) => JSON.parse(json!))
          if (page.length !== 50) throw new Error('a short page')
        }
      }),
    })
    client.destroy()
    await store.close()
    await stopServices()
  },
})
