import type { Address, Change, Clock, Entry, JsonObject, Version, Wrapper } from '@threadkeep/core/store'
import { assertJsonObject, forward, systemClock } from '@threadkeep/core/store'
import { requireNumber, requireThat } from './options.ts'

/** What a missing record reads as. */
export interface DefaultValueOptions {
  readonly value: JsonObject
  /** The life time, in seconds, that a default value claims to have. Default: none. */
  readonly ttl?: number
  readonly clock?: Clock
}

// No store makes such a version, and a check against it is never handed on.
const absent = '(default value)' as Version

/**
 * `get` answers a missing record with the default value, a fresh copy each time; nothing is stored. A check against the
 * version of a default value holds as long as the record is still missing. `list` names stored records only.
 */
export function withDefaultValue(options: DefaultValueOptions): Wrapper {
  const { value, ttl, clock = systemClock } = options
  requireThat('withDefaultValue value', () => assertJsonObject(value))
  const text = JSON.stringify(value)
  const life = ttl === undefined ? undefined : requireNumber('withDefaultValue ttl', ttl) * 1000

  const defaultEntry = (at: Address): Entry => ({
    ...at,
    value: JSON.parse(text) as JsonObject,
    version: absent,
    ...(life !== undefined && { expiresAt: Math.ceil(clock.now() + life) }),
  })
  const change = (step: Change): Change =>
    step?.type === 'check' && step.version === absent ? { type: 'check', at: step.at, version: null } : step

  return (inner) =>
    forward(inner, {
      async get(at, callOptions) {
        const asked = Array.isArray(at) ? at.map((one) => ({ collection: one?.collection, key: one?.key })) : []
        const found = await inner.get(at, callOptions)
        return found.map((entry, n) => entry ?? defaultEntry(asked[n]!))
      },
      commit: (changes, callOptions) =>
        inner.commit(Array.isArray(changes) ? changes.map(change) : changes, callOptions),
    })
}
