import { describe, expect, test } from 'vitest'
import { canStartCluster, clusterOnServices } from './cluster-on-services.ts'
import { play } from './play.ts'
import { verify } from './verify.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000))

describe.skipIf(!canStartCluster)('two gateways and two workers on MongoDB, Redis and Kafka', () => {
  test('killed at any moment under load: nothing acknowledged is lost or doubled, subscribers hear everything once in order, search and statistics catch up', {
    timeout: 180_000,
  }, async () => {
    await using cluster = await clusterOnServices()
    const played = await play(cluster, { seed, kills: 4, calm: 1_200 })
    try {
      const messages = await verify(cluster, played)
      expect(messages, `seed ${seed}`).toBeGreaterThan(50)
      expect(played.viewer.resumed + [...played.listeners.values()].flat().length).toBeGreaterThan(0)
      console.log({ seed, messages, killed: played.killed, resumed: played.viewer.resumed })
    } finally {
      await played.stop()
    }
  })
})
