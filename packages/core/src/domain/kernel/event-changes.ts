import type { Change } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Limits } from './limits.ts'
import { at, names, seqKey, shardOf } from './names.ts'
import { asJson } from './records.ts'

/** Key of an event in its outbox: streams side by side, each in order. */
export function outboxKey(event: Pick<DomainEvent, 'stream' | 'eventSeq'>): string {
  return `${event.stream}/${seqKey(event.eventSeq)}`
}

/**
 * The two writes of an event, to go into the commit of the change it tells of: the kept one that subscribers come back
 * to, and the one in the outbox that the projections take away.
 */
export function pushEvent(changes: Change[], event: DomainEvent, limits: Limits): void {
  const value = asJson(event)
  changes.push(
    {
      type: 'put',
      at: at(names.events(event.stream), seqKey(event.eventSeq)),
      value,
      expiresAt: event.at + limits.eventRetention,
    },
    { type: 'put', at: at(names.outbox(shardOf(event.stream)), outboxKey(event)), value },
  )
}
