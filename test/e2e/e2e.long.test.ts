import { service } from '@threadkeep/test-support/services'
import { expect, test } from 'vitest'
import { startCluster } from './cluster.ts'
import { play } from './play.ts'
import { verify } from './verify.ts'

const [mongodb, redis, kafka] = await Promise.all([service('mongodb'), service('redis'), service('kafka')])
const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000))

test.skipIf(!mongodb.available || !redis.available || !kafka.available)(
  'two gateways and two workers, forty times killed under load, keep every promise',
  async () => {
    const [store, hints, log] = await Promise.all([mongodb.open(), redis.open(), kafka.open()])
    await using cluster = await startCluster({
      mongodb: store.url,
      redis: `${hints.url}?namespace=${hints.name}`,
      kafka: `${log.url}/${log.name}`,
    })
    const played = await play(cluster, { seed, kills: 40, calm: 3_000 })
    try {
      const messages = await verify(cluster, played)
      console.log({ seed, messages, killed: played.killed.length })
      expect(messages, `seed ${seed}`).toBeGreaterThan(500)
    } finally {
      await played.stop()
    }
  },
)
