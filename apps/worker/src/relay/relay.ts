import type { EventSink } from '@threadkeep/core'
import { outboxShards } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import type { Job } from '../job.ts'
import type { Leases } from '../leases/leases.ts'
import { createLeases } from '../leases/leases.ts'
import type { Loop } from '../loop.ts'
import { startLoop } from '../loop.ts'
import type { Tenants } from '../tenants.ts'
import type { ShardRelay } from './shard-relay.ts'
import { createShardRelay } from './shard-relay.ts'

/** What the relay works on. */
export interface RelayOptions {
  readonly tenants: Tenants
  readonly sink: EventSink
  readonly clock: Clock
  readonly holder: string
  readonly leaseLife?: number
  readonly onRelayed: (commits: number) => void
  readonly onError: (error: unknown) => void
}

const busyPause = 20
const idlePause = 500
const defaultLife = 10_000

/** Relays the shards this process has leases on, all tenants', until stopped. Shards go side by side, each in order. */
export function startRelay(options: RelayOptions): Job {
  const { tenants, sink, clock, holder, leaseLife: life = defaultLife, onRelayed, onError } = options
  const leases: Leases = createLeases({
    store: tenants.shared,
    clock,
    work: 'relay',
    parts: outboxShards,
    holder,
    life,
  })
  const shards = new Map<number, Loop>()

  function startShard(shard: number): Loop {
    const relays = new Map<string, ShardRelay>()
    let pause = busyPause
    return startLoop(async (signal) => {
      let commits = 0
      const failures: unknown[] = []
      for (const tenant of await tenants.list()) {
        if (signal.aborted) break
        let relay = relays.get(tenant)
        if (!relay) {
          relay = createShardRelay({ store: tenants.storeOf(tenant), tenant, shard, sink, clock })
          relays.set(tenant, relay)
        }
        try {
          commits += await relay.pass()
        } catch (error) {
          failures.push(error)
        }
      }
      onRelayed(commits)
      if (failures.length > 0) throw failures[0]
      pause = commits > 0 ? busyPause : Math.min(idlePause, pause * 1.5)
      return pause
    }, onError)
  }

  const renewing = startLoop(async () => {
    const held = await leases.renew()
    await Promise.all(
      [...shards].map(async ([shard, loop]) => {
        if (held.has(shard)) return
        shards.delete(shard)
        await loop.stop()
      }),
    )
    for (const shard of held) if (!shards.has(shard)) shards.set(shard, startShard(shard))
    return life / 4
  }, onError)

  return {
    failed: new Promise(() => {}),
    isReady: () => true,
    isAlive: () => true,
    async stop() {
      await renewing.stop()
      await Promise.all([...shards.values()].map((loop) => loop.stop()))
      await leases.release().catch(onError)
    },
  }
}
