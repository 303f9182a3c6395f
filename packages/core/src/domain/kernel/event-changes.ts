import type { Change } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Limits } from './limits.ts'
import { at, names, seqKey, shardOf } from './names.ts'
import { asJson } from './records.ts'

/** How the events of one commit and stream are stored, in the outbox and among the kept events: together, in order. */
export interface EventsRecord {
  readonly events: readonly DomainEvent[]
}

/**
 * The two writes of a stream's events, to go into the commit of the changes they tell of: the kept record that subscribers come back
 * to, and the one in the outbox that the projections take away. Both stand under the number of their last event.
 */
export function pushEvents(changes: Change[], events: readonly DomainEvent[], limits: Limits): void {
  const last = events[events.length - 1]
  if (last === undefined) return
  const { stream, eventSeq } = last
  const value = asJson({ events } satisfies EventsRecord)
  changes.push(
    { type: 'put', at: at(names.events(stream), seqKey(eventSeq)), value, expiresAt: last.at + limits.eventRetention },
    { type: 'put', at: at(names.outbox(shardOf(stream)), `${stream}/${seqKey(eventSeq)}`), value },
  )
}
