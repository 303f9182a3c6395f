import type { Counters } from './counters.ts'

/** The running counts of one layer. */
export interface LayerCounters {
  readonly bytes: boolean
  readonly total: Counters
  /** The counters of the group that `collection` belongs to; of `(other)` for what is not a name. */
  of(collection: string | undefined): Counters
  /** Calls `settle` before the counts are read or reset, to add what has not been counted yet. */
  beforeRead(settle: () => void): void
  /** All groups by name. */
  readonly groups: ReadonlyMap<string, Counters>
}
