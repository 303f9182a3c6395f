import { createThreadkeep } from '@threadkeep/core'
import { redisStore } from '@threadkeep/store-redis'
import { service, stopServices } from '@threadkeep/test-support/services'
import { createClient } from 'redis'
import { defineBench, rate } from './lib/index.ts'

const count = 6_000
const inFlight = 32
const message = {
  role: 'user',
  authorId: 'user_1',
  content: 'A message of ordinary length, as people write them. '.repeat(3),
}

const bareScript = `
local seq = redis.call('INCR', KEYS[1])
redis.call('HSET', KEYS[2], 'seq', seq, 'lastActivityAt', ARGV[1], 'messageCount', seq)
redis.call('RPUSH', KEYS[3], ARGV[2])
return seq`

export default defineBench({
  about: 'Appending on Redis, 32 in flight, beside one bare script call',
  async run({ compare, skip }) {
    const redis = await service('redis')
    if (!redis.available) skip('there is no Redis')
    const { url, name: namespace } = await redis.open()
    const client = await createClient({ url }).connect()
    const store = await redisStore({ url, namespace })
    const sha = await client.scriptLoad(bareScript)
    const versions = new Array<string | null>(inFlight).fill(null)
    const seqs = new Array<number>(inFlight).fill(0)

    const append = async (thread: number): Promise<void> => {
      const at = { collection: 'threads', key: `thread_${thread}` }
      const seq = ++seqs[thread]!
      const result = await store.commit([
        { type: 'check', at, version: versions[thread] as never },
        { type: 'put', at, value: { title: 'A thread', seq, messageCount: seq, lastActivityAt: seq } },
        {
          type: 'put',
          at: { collection: `messages:thread_${thread}`, key: String(seq).padStart(12, '0') },
          value: { ...message, seq },
        },
      ])
      if (!result.ok) throw new Error('conflict')
      versions[thread] = result.version
    }
    const bare = async (thread: number): Promise<void> => {
      const tag = `${namespace}:bare:${thread}`
      const seq = ++seqs[thread]!
      const keys = [`${tag}:seq`, `${tag}:meta`, `${tag}:messages`]
      await client.evalSha(sha, { keys, arguments: [String(seq), JSON.stringify({ ...message, seq })] })
    }
    // As a gateway with workers: the events stay in the outbox.
    const keep = createThreadkeep({ store, projector: 'external' })
    const alice = { userId: 'alice' }
    const threads = await Promise.all(Array.from({ length: inFlight }, () => keep.threads.create(alice)))
    const wholeAppend = async (thread: number): Promise<void> => {
      await keep.messages.append(alice, threads[thread]!.id, { content: message.content })
    }
    const together = (one: (thread: number) => Promise<void>) =>
      rate(count, async (n) => {
        const lane = async (thread: number) => {
          for (let i = thread; i < n; i += inFlight) await one(thread)
        }
        await Promise.all(Array.from({ length: inFlight }, (_, thread) => lane(thread)))
      })

    await compare({
      against: 'one bare EVALSHA doing seq + meta + push',
      bar: '>=0.6',
      unit: 'op/s',
      ours: together(append),
      theirs: together(bare),
    })
    await compare({
      bench: 'append-redis: with the whole domain',
      against: 'the same bare EVALSHA',
      unit: 'op/s',
      ours: together(wholeAppend),
      theirs: together(bare),
    })
    await keep.close()
    client.destroy()
    await store.close()
    await stopServices()
  },
})
