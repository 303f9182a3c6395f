import type { Millis, Store } from '../../store/types.ts'
import type { EventsRecord } from '../kernel/event-changes.ts'
import { names, outboxShards } from '../kernel/names.ts'
import { asRecord } from '../kernel/records.ts'
import type { Checkpoint, Follower } from './checkpoints.ts'
import { checkpointAt } from './checkpoints.ts'

const looked = 1_000
const shards = Array.from({ length: outboxShards }, (_, shard) => shard)

/**
 * A moment before which a follower has taken every event, whether events wait in an outbox or in a log; undefined when none waits.
 * Looks at the first 1,000 commits of each outbox.
 */
export async function oldestWaiting(store: Store, follower: Follower): Promise<Millis | undefined> {
  const [marks, ...waiting] = await Promise.all([
    store.get(shards.flatMap((shard) => [checkpointAt('relay', shard), checkpointAt(follower, shard)])),
    ...shards.map((shard) => store.list(names.outbox(shard), { limit: looked })),
  ])
  const moments = waiting.flat().map(({ value }) => asRecord<EventsRecord>(value).events[0]!.at)
  for (const shard of shards) {
    const relayed = marks[2 * shard]
    if (!relayed) continue
    const taken = marks[2 * shard + 1]
    const done = taken ? asRecord<Checkpoint>(taken.value) : { position: -1, through: 0 }
    if (done.position < asRecord<Checkpoint>(relayed.value).position) moments.push(done.through)
  }
  return moments.length === 0 ? undefined : moments.reduce((a, b) => Math.min(a, b))
}
