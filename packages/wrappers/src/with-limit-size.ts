import type { Address, Change, JsonObject, Wrapper } from '@threadkeep/core/store'
import { forward, ThreadkeepError, toJsonText } from '@threadkeep/core/store'
import type { Put } from './map-puts.ts'
import { mapPuts } from './map-puts.ts'
import { requireChoice, requireNumber } from './options.ts'
import { recordName } from './record-name.ts'

/** Answers a smaller value in place of one that is too big. */
export type Truncate = (value: JsonObject, maxSizeBytes: number, at: Address) => JsonObject

/** How big a value may be. */
export interface LimitSizeOptions {
  /** Bytes of UTF-8 of the value as JSON text. */
  readonly maxSizeBytes: number
  /**
   * What happens to a bigger one. `raise` (default) refuses the whole commit with `TOO_LARGE`; `skip` does not store it,
   * and removes what was there; a function makes it smaller, and is refused like `raise` if that is not enough.
   */
  readonly onExceed?: 'raise' | 'skip' | Truncate
}

/**
 * No value bigger than `maxSizeBytes` is written through it. A skipped overwrite removes the record, so that an old value
 * never passes for the current one.
 */
export function withLimitSize(options: LimitSizeOptions): Wrapper {
  const max = requireNumber('withLimitSize maxSizeBytes', options.maxSizeBytes, { min: 2, whole: true })
  const { onExceed = 'raise' } = options
  if (typeof onExceed !== 'function') requireChoice('withLimitSize onExceed', onExceed, ['raise', 'skip'])

  const limit = (put: Put): Change => {
    const size = sizeOf(put.value)
    if (size <= max) return put
    if (onExceed === 'skip') return { type: 'delete', at: put.at }
    if (onExceed === 'raise') throw tooLarge(put.at, size, max)
    const value = onExceed(put.value, max, put.at)
    const left = sizeOf(value)
    if (left > max) throw tooLarge(put.at, left, max)
    return put.expiresAt === undefined
      ? { type: 'put', at: put.at, value }
      : { type: 'put', at: put.at, value, expiresAt: put.expiresAt }
  }

  return (inner) =>
    forward(inner, {
      commit(changes, callOptions) {
        let limited: readonly Change[]
        try {
          limited = mapPuts(changes, limit)
        } catch (error) {
          return Promise.reject(error)
        }
        return inner.commit(limited, callOptions)
      },
    })
}

function sizeOf(value: JsonObject): number {
  return Buffer.byteLength(toJsonText(value))
}

function tooLarge(at: Address, size: number, max: number): ThreadkeepError {
  return new ThreadkeepError(
    'TOO_LARGE',
    `The value of ${recordName(at)} has ${size} bytes; at most ${max} may be stored.`,
    { details: { collection: at.collection, key: at.key, size, maxSizeBytes: max } },
  )
}
