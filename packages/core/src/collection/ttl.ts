import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { maxMillis } from '../store/changes.ts'
import type { Entry, Millis } from '../store/types.ts'

/** A time to live in seconds; fractions are fine. `null` is "for ever". */
export type Ttl = number | null

/** Refuses with `INVALID_TTL` what is neither `null` nor a finite number of seconds above zero. */
export function assertTtl(ttl: unknown): asserts ttl is Ttl {
  if (ttl === null || (typeof ttl === 'number' && ttl > 0 && ttl * 1_000 <= maxMillis)) return
  throw new ThreadkeepError(
    'INVALID_TTL',
    `A time to live is a finite number of seconds above 0, or null for ever, not ${describe(ttl)}.`,
  )
}

/** The instant at which a record put `now` expires; undefined is never. */
export function expiryOf(ttl: Ttl, now: Millis): Millis | undefined {
  if (ttl === null) return undefined
  // The shortest life is still one.
  return Math.min(Math.ceil(now) + Math.max(1, Math.round(ttl * 1_000)), maxMillis)
}

/** How many seconds an entry has left; undefined is for ever. */
export function secondsLeft(entry: Entry, now: Millis): number | undefined {
  return entry.expiresAt === undefined ? undefined : Math.max(0, entry.expiresAt - now) / 1_000
}

function describe(ttl: unknown): string {
  return typeof ttl === 'string' ? 'a string' : String(ttl)
}
