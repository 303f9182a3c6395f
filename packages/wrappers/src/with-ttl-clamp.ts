import type { Change, Clock, Wrapper } from '@threadkeep/core/store'
import { assertExpiry, forward, maxMillis, systemClock, ThreadkeepError } from '@threadkeep/core/store'
import type { Put } from './map-puts.ts'
import { mapPuts } from './map-puts.ts'
import { requireNumber } from './options.ts'

/** How long records may live, in seconds. */
export interface TtlClampOptions {
  /** Nothing lives longer. */
  readonly maxTtl: number
  /** Nothing that is written alive lives shorter. */
  readonly minTtl?: number
  /** What a record without a life time gets. Default `maxTtl`; `null` lets it live for ever. */
  readonly missingTtl?: number | null
  readonly clock?: Clock
}

/**
 * Every record written through it expires within `maxTtl` seconds, whatever the writer asked for. A deadline that has
 * passed still deletes: `minTtl` revives nothing. What was stored before is not touched.
 */
export function withTtlClamp(options: TtlClampOptions): Wrapper {
  const { minTtl = 0, clock = systemClock } = options
  const max = requireNumber('withTtlClamp maxTtl', options.maxTtl) * 1000
  const min = requireNumber('withTtlClamp minTtl', minTtl, { min: 0 }) * 1000
  if (min > max) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `withTtlClamp minTtl (${minTtl}) must not exceed maxTtl (${max / 1000}).`,
    )
  }
  const missing = missingLife(options.missingTtl, min, max)

  const clamp = (put: Put, now: number): Put => {
    const { expiresAt } = put
    if (expiresAt === undefined) return missing === undefined ? put : expiringAt(put, now + missing)
    // What is no instant must not become one by being clamped.
    assertExpiry(expiresAt)
    if (expiresAt <= now) return put
    if (expiresAt > now + max) return expiringAt(put, now + max)
    return expiresAt < now + min ? expiringAt(put, now + min) : put
  }

  return (inner) =>
    forward(inner, {
      commit(changes, callOptions) {
        let clamped: readonly Change[]
        try {
          const now = clock.now()
          clamped = mapPuts(changes, (put) => clamp(put, now))
        } catch (error) {
          return Promise.reject(error)
        }
        return inner.commit(clamped, callOptions)
      },
    })
}

function missingLife(missingTtl: number | null | undefined, min: number, max: number): number | undefined {
  if (missingTtl === null) return undefined
  if (missingTtl === undefined) return max
  const millis = requireNumber('withTtlClamp missingTtl', missingTtl) * 1000
  if (millis >= min && millis <= max) return millis
  throw new ThreadkeepError('MISCONFIGURED', 'withTtlClamp missingTtl must lie between minTtl and maxTtl, or be null.')
}

function expiringAt({ at, value }: Put, instant: number): Put {
  return { type: 'put', at, value, expiresAt: Math.min(Math.ceil(instant), maxMillis) }
}
