import type { LiveBus } from '../../ports/live-bus.ts'
import type { DomainEvent } from '../events/event.ts'
import { shardOf } from '../kernel/names.ts'
import { outboxTopic } from './topics.ts'

/** Milliseconds for which commits are gathered: relays take those of a moment together. */
const gatherFor = 20

/** Tells relays which shards of the outbox have grown: one hint for all commits of a moment. Never throws. */
export function createOutboxHints(live: LiveBus): (events: readonly DomainEvent[]) => void {
  const grown = new Set<number>()
  const tell = (): void => {
    live.publish(outboxTopic, { shards: [...grown] })
    grown.clear()
  }
  return (events) => {
    if (events.length === 0) return
    if (grown.size === 0) setTimeout(tell, gatherFor).unref()
    for (const { stream } of events) grown.add(shardOf(stream))
  }
}
