import { randomBytes } from 'node:crypto'
import type { Clock } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core'

const latest = 8_640_000_000_000_000

/** The beginning of all ids of one millisecond: ids sort by the time of the quote. */
export function idPrefix(timestamp: number): string {
  if (!Number.isInteger(timestamp) || timestamp < 0 || timestamp > latest) {
    throw new ThreadkeepError('INVALID', `A price is quoted at a whole millisecond since 1970, not ${timestamp}.`)
  }
  return String(timestamp).padStart(16, '0')
}

/** Ids that sort by the time of the quote; of prices quoted at the same time, the one that arrives later comes later. */
export function createPriceIds(clock: Clock): (quotedAt: number) => string {
  let arrival = 0
  return (quotedAt) => {
    arrival = Math.max(arrival + 1, Math.floor(clock.now()))
    return `${idPrefix(quotedAt)}-${idPrefix(arrival)}-${randomBytes(4).toString('hex')}`
  }
}
