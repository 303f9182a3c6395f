import type { EventSink, EventsRecord, LogRecord } from '@threadkeep/core'
import { at, checkpointAt, names } from '@threadkeep/core'
import type { Clock, Entry, Millis, Store } from '@threadkeep/core/store'
import { advanceCheckpoints } from '../checkpoints.ts'
import { keyOf, toLogValue } from '../log-value.ts'

/** Takes one shard of one tenant's events from the outbox to the log. */
export interface ShardRelay {
  /** Everything that waits, once; answers how many commits that were. */
  pass(): Promise<number>
}

/** What a shard relay works on. */
export interface ShardRelayOptions {
  readonly store: Store
  readonly tenant: string
  readonly shard: number
  readonly sink: EventSink
  readonly clock: Clock
}

const page = 500
/** No record of the log may outgrow what Kafka takes: an event has a few kilobytes at most. */
const eventsPerRecord = 100
/** Milliseconds that a commit may take from its `at` until it can be seen. */
const commitTime = 10_000

/**
 * The relay of a shard. An event leaves the outbox only after the log has acknowledged it: a crash in between sends it again. Whoever relays,
 * even two at once, an event reaches the log only after all that came before it in its stream.
 */
export function createShardRelay({ store, tenant, shard, sink, clock }: ShardRelayOptions): ShardRelay {
  const checkpoint = checkpointAt('relay', shard)
  /** Everything before has been relayed. */
  let through: Millis | undefined

  async function take(entries: readonly Entry[]): Promise<void> {
    through ??= await firstThrough(entries)
    const position = await sink.append(
      shard,
      entries.flatMap((entry) => recordsOf(entry, through!)),
    )
    await advanceCheckpoints(
      store,
      [{ at: checkpoint, to: { position, through } }],
      entries.map(({ collection, key }) => ({ type: 'delete', at: at(collection, key) })),
    )
  }

  /** What a relay before this one knew, or what can be seen when this is the first. */
  async function firstThrough(entries: readonly Entry[]): Promise<Millis> {
    const [stored] = await store.get([checkpoint])
    if (stored) return stored.value['through'] as number
    return entries.length < page ? Math.min(...entries.map((entry) => eventsOf(entry)[0]!.at)) : 0
  }

  function recordsOf(entry: Entry, since: Millis): LogRecord[] {
    const events = eventsOf(entry)
    const key = keyOf(tenant, events[0]!.stream)
    const records: LogRecord[] = []
    for (let from = 0; from < events.length; from += eventsPerRecord)
      records.push({
        key,
        value: toLogValue({ tenant, through: since, events: events.slice(from, from + eventsPerRecord) }),
      })
    return records
  }

  return {
    async pass() {
      const began = clock.now() - commitTime
      let taken = 0
      let after: string | undefined
      // Page by page to the end, so that a busy stream does not keep those behind it waiting.
      for (;;) {
        const entries = await store.list(names.outbox(shard), { limit: page, ...(after !== undefined && { after }) })
        if (entries.length > 0) await take(entries)
        taken += entries.length
        if (entries.length < page) break
        after = entries[entries.length - 1]!.key
      }
      through = Math.max(through ?? 0, began)
      return taken
    },
  }
}

function eventsOf({ value }: Entry): EventsRecord['events'] {
  return (value as unknown as EventsRecord).events
}
