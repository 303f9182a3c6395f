import type { ManualClock } from '@threadkeep/core'
import { manualClock, memoryStore } from '@threadkeep/core'
import type { TradingCacheOptions } from './trading-cache.ts'
import { createTradingCache } from './trading-cache.ts'

/** When the tests begin. */
export const start = Date.parse('2026-01-02T09:30:00.000Z')

/** A price cache in memory whose time is moved by hand. */
export function setUp(options: Partial<TradingCacheOptions> = {}) {
  const clock = (options.clock as ManualClock | undefined) ?? manualClock(start)
  const disk = options.disk ?? memoryStore({ clock })
  const memory = memoryStore({ clock, maxSize: 1000 })
  return { clock, disk, memory, cache: createTradingCache({ memory, ...options, clock, disk }) }
}
