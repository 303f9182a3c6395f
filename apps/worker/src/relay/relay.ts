import { setTimeout as sleep } from 'node:timers/promises'
import type { EventSink } from '@threadkeep/core'
import { outboxShards, outboxTopic } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import type { Job } from '../job.ts'
import type { Leases } from '../leases/leases.ts'
import { createLeases } from '../leases/leases.ts'
import type { Loop } from '../loop.ts'
import { startLoop } from '../loop.ts'
import type { Tenants } from '../tenants.ts'
import { createRounds } from './rounds.ts'
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

/** A tenant that is new is found within this time. */
const longestPause = 1_000
const defaultLife = 10_000
const stopWithin = 4_000

interface Shard {
  readonly loop: Loop
  /** Something waits in the outbox of this tenant. */
  hint(tenant: string): void
}

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
  const shards = new Map<number, Shard>()
  const hearing = new Map<string, Promise<() => void>>()

  /** Hints only save time: what they do not tell of is found by looking. */
  function hear(tenant: string): void {
    if (hearing.has(tenant)) return
    const subscribed = tenants.liveOf(tenant).subscribe(outboxTopic, ({ shards: grown }) => {
      if (Array.isArray(grown)) for (const shard of grown) shards.get(shard)?.hint(tenant)
    })
    hearing.set(tenant, subscribed)
    subscribed.catch((error) => {
      hearing.delete(tenant)
      onError(error)
    })
  }

  function startShard(shard: number): Shard {
    const relays = new Map<string, ShardRelay>()
    const rounds = createRounds()
    const relayOf = (tenant: string): ShardRelay => {
      let relay = relays.get(tenant)
      if (!relay) {
        relay = createShardRelay({ store: tenants.storeOf(tenant), tenant, shard, sink, clock })
        relays.set(tenant, relay)
        hear(tenant)
      }
      return relay
    }
    const loop = startLoop(async (signal) => {
      let commits = 0
      const failures: unknown[] = []
      for (const tenant of rounds.due(await tenants.list())) {
        if (signal.aborted) break
        try {
          const taken = await relayOf(tenant).pass()
          rounds.visited(tenant, taken > 0)
          commits += taken
        } catch (error) {
          failures.push(error)
        }
      }
      onRelayed(commits)
      if (failures.length > 0) throw failures[0]
      return Math.min(longestPause, rounds.pause())
    }, onError)
    return {
      loop,
      hint(tenant) {
        rounds.hint(tenant)
        loop.wake()
      },
    }
  }

  const renewing = startLoop(async (signal) => {
    const held = await leases.renew()
    await Promise.all(
      [...shards].map(async ([shard, { loop }]) => {
        if (held.has(shard)) return
        shards.delete(shard)
        await loop.stop()
      }),
    )
    if (!signal.aborted) for (const shard of held) if (!shards.has(shard)) shards.set(shard, startShard(shard))
    return life / 4
  }, onError)

  return {
    failed: new Promise(() => {}),
    isReady: () => true,
    isAlive: () => true,
    async stop() {
      for (const subscribed of hearing.values()) subscribed.then((stop) => stop()).catch(() => {})
      const stopped = Promise.all(
        [renewing, ...[...shards.values()].map(({ loop }) => loop)].map((loop) => loop.stop()),
      )
      // What the log has not acknowledged by then stays in the outbox, and whoever relays next sends it again.
      await Promise.race([stopped, sleep(stopWithin, undefined, { ref: false })])
      await leases.release().catch(onError)
    },
  }
}
