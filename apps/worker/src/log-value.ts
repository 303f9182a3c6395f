import type { DomainEvent, PlacedRecord } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'

/** What a record of the log says: events of one stream of one tenant, in order. */
export interface LogValue {
  readonly tenant: string
  /** Everything of the shard that happened before is in the log already. */
  readonly through: Millis
  readonly events: readonly DomainEvent[]
}

/** A record's value. */
export function toLogValue(value: LogValue): JsonObject {
  return value as unknown as JsonObject
}

/** What a record is called in the log: by its stream, and its tenant. */
export function keyOf(tenant: string, stream: string): string {
  return `${prefixOf(tenant)}${stream}`
}

/** The stream that a key would be of, were it the tenant's. */
export function streamOf(tenant: string, key: string): string | undefined {
  const prefix = prefixOf(tenant)
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined
}

function prefixOf(tenant: string): string {
  return tenant === '' ? '' : `${tenant}/`
}

/** What a record says; `CORRUPT` when it is none of ours. */
export function logValueOf({ key, value }: PlacedRecord): LogValue {
  const { tenant, through, events } = value
  if (typeof tenant !== 'string' || typeof through !== 'number' || !Array.isArray(events) || !events.every(isEvent))
    throw new ThreadkeepError('CORRUPT', `The record of ${key} in the log holds no events.`)
  return value as unknown as LogValue
}

function isEvent(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  const { stream, eventSeq, type, at } = event as Partial<DomainEvent>
  return typeof stream === 'string' && Number.isInteger(eventSeq) && typeof type === 'string' && Number.isFinite(at)
}
