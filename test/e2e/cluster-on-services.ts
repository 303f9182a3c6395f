import { service } from '@threadkeep/test-support/services'
import type { Cluster } from './cluster.ts'
import { startCluster } from './cluster.ts'

const [mongodb, redis, kafka] = await Promise.all([service('mongodb'), service('redis'), service('kafka')])

/** Whether there is all that a cluster stands on. */
export const canStartCluster = mongodb.available && redis.available && kafka.available

/** Starts a cluster on the servers of this test run, in places of its own. */
export async function clusterOnServices(): Promise<Cluster> {
  const [store, hints, log] = await Promise.all([mongodb.open(), redis.open(), kafka.open()])
  return startCluster({
    mongodb: store.url,
    redis: `${hints.url}?namespace=${hints.name}`,
    kafka: `${log.url}/${log.name}`,
  })
}
