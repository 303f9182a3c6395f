import type { Histogram, LatencyStatistics } from './histogram.ts'
import { createHistogram } from './histogram.ts'

/** What was counted for one group of collections, or for a whole layer. */
export interface OperationStatistics {
  /** Records asked for: `hits` were there, `misses` were not. */
  readonly gets: number
  readonly hits: number
  readonly misses: number
  /** Share of the gets that were hits, in percent with two decimals; 0 before the first get. */
  readonly hitRatePercent: number
  readonly lists: number
  /** Records that lists answered. */
  readonly listed: number
  /** Puts and deletes that were committed. */
  readonly puts: number
  readonly deletes: number
  readonly checks: number
  /** Commits that were answered; `conflicts` of them by a failed check. */
  readonly commits: number
  readonly conflicts: number
  /** Calls that failed. */
  readonly errors: number
  /** UTF-8 bytes of the values as JSON text. Counted only where statistics were made with `bytes: true`, else 0. */
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly latency: { readonly [V in Verb]: LatencyStatistics }
}

/** The verbs that are measured. */
export type Verb = 'get' | 'list' | 'commit'

type Counted = Exclude<keyof OperationStatistics, 'latency' | 'hitRatePercent'>

/** Running counts: bumped in place, because every call of a store passes here. */
export type Counters = { [K in Counted]: number } & { readonly latency: { readonly [V in Verb]: Histogram } }

const zeros: Readonly<Record<Counted, number>> = {
  gets: 0,
  hits: 0,
  misses: 0,
  lists: 0,
  listed: 0,
  puts: 0,
  deletes: 0,
  checks: 0,
  commits: 0,
  conflicts: 0,
  errors: 0,
  bytesRead: 0,
  bytesWritten: 0,
}

/** Counters at zero. */
export function createCounters(): Counters {
  return { ...zeros, latency: { get: createHistogram(), list: createHistogram(), commit: createHistogram() } }
}

/** Puts counters back to zero. */
export function resetCounters(counters: Counters): void {
  Object.assign(counters, zeros)
  for (const histogram of Object.values(counters.latency)) histogram.reset()
}

/** A copy that later calls do not change. */
export function snapshotCounters(counters: Counters): OperationStatistics {
  const { latency, ...counts } = counters
  const { gets, hits } = counts
  return {
    ...counts,
    hitRatePercent: gets === 0 ? 0 : Math.round((hits / gets) * 10_000) / 100,
    latency: { get: latency.get.snapshot(), list: latency.list.snapshot(), commit: latency.commit.snapshot() },
  }
}
