/** When each tenant is looked at again: soon where something was found, seldom where nothing comes, at once where a hint tells of it. */
export interface Rounds {
  /** Those of the tenants whose time has come; the new ones among them. */
  due(tenants: readonly string[]): readonly string[]
  /** A tenant was looked at, and something was there or not. */
  visited(tenant: string, found: boolean): void
  /** Something is there. */
  hint(tenant: string): void
  /** Milliseconds until somebody is due. */
  pause(): number
}

interface Visit {
  pause: number
  due: number
  /** A hint has come since its time came last: what it tells of may have been overlooked. */
  hinted: boolean
}

const busyPause = 20
const growth = 1.5
/** Hints may be lost, so nobody waits longer than this. */
const longestPause = 3_000
/** Whose time has nearly come is looked at together with the others: one round instead of many. */
const slack = 1 / 8

/** Nobody has been looked at yet. */
export function createRounds(now: () => number = () => performance.now()): Rounds {
  const visits = new Map<string, Visit>()
  return {
    due(tenants) {
      const moment = now()
      return tenants.filter((tenant) => {
        let visit = visits.get(tenant)
        if (!visit) {
          visit = { pause: busyPause, due: moment, hinted: false }
          visits.set(tenant, visit)
        }
        if (visit.due - visit.pause * slack > moment) return false
        visit.hinted = false
        return true
      })
    },
    visited(tenant, found) {
      const visit = visits.get(tenant)
      if (!visit) return
      visit.pause = found ? busyPause : Math.min(longestPause, visit.pause * growth)
      visit.due = now() + (visit.hinted ? busyPause : visit.pause)
    },
    hint(tenant) {
      const visit = visits.get(tenant)
      if (!visit) return
      visit.hinted = true
      // Where much comes, it is taken together.
      if (visit.pause > busyPause) visit.due = now()
    },
    pause() {
      let due = Number.POSITIVE_INFINITY
      for (const visit of visits.values()) due = Math.min(due, visit.due)
      return Math.max(0, Math.min(longestPause, due - now()))
    },
  }
}
