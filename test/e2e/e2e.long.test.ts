import { expect, test } from 'vitest'
import { canStartCluster, clusterOnServices } from './cluster-on-services.ts'
import { play } from './play.ts'
import { verify } from './verify.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000))

test.skipIf(!canStartCluster)(
  'two gateways and two workers, forty times killed under load, keep every promise',
  async () => {
    await using cluster = await clusterOnServices()
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
