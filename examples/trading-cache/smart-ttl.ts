import type { Clock } from '@threadkeep/core'

const minute = 60
const hour = 3600
const day = 86_400

/** Nothing is kept for longer. */
export const maxTtl = 30 * day

/**
 * How many seconds a price is worth keeping. A fresh quote is soon outdated, an old one never changes again; and what is
 * read a lot is kept up to ten times as long.
 */
export function smartTtl(ageSeconds: number, recentReads: number): number {
  const byAge = ageSeconds < minute ? hour : ageSeconds < day ? day : 7 * day
  return Math.min(maxTtl, byAge * (1 + Math.min(9, Math.floor(recentReads / 10))))
}

/** Counts reads of each symbol within the last five to ten minutes. */
export function createReadMeter(clock: Clock): { count(symbol: string): void; recent(symbol: string): number } {
  const span = 5 * minute * 1000
  let since = clock.now()
  let before = new Map<string, number>()
  let now = new Map<string, number>()
  const turn = () => {
    const passed = clock.now() - since
    if (passed < span) return
    before = passed < 2 * span ? now : new Map()
    now = new Map()
    since = clock.now()
  }
  return {
    count(symbol) {
      turn()
      now.set(symbol, (now.get(symbol) ?? 0) + 1)
    },
    recent(symbol) {
      turn()
      return (before.get(symbol) ?? 0) + (now.get(symbol) ?? 0)
    },
  }
}
