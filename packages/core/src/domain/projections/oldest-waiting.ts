import type { Millis, Store } from '../../store/types.ts'
import type { EventsRecord } from '../kernel/event-changes.ts'
import { names, outboxShards } from '../kernel/names.ts'
import { asRecord } from '../kernel/records.ts'

const looked = 1_000

/** When the oldest event happened that no projection has taken yet; undefined when none waits. Looks at the first 1,000 commits of each outbox. */
export async function oldestWaiting(store: Store): Promise<Millis | undefined> {
  const waiting = await Promise.all(
    Array.from({ length: outboxShards }, (_, shard) => store.list(names.outbox(shard), { limit: looked })),
  )
  const moments = waiting.flat().map(({ value }) => asRecord<EventsRecord>(value).events[0]!.at)
  return moments.length === 0 ? undefined : moments.reduce((a, b) => Math.min(a, b))
}
