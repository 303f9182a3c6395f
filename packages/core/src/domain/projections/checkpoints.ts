import type { Address, Millis } from '../../store/types.ts'
import { at, names } from '../kernel/names.ts'

/** What follows the events at its own pace, through a log. */
export type Follower = 'search' | 'statistics'

/** How far somebody has come with one shard's events in a log. */
export interface Checkpoint {
  /** Of the last record put into the log, or taken out and done. */
  readonly position: number
  /** Everything that happened before is at or before the position. */
  readonly through: Millis
}

/** Where the relay says how far it has put a shard's events into the log, and each follower how far it is with them. */
export function checkpointAt(whose: 'relay' | Follower, shard: number): Address {
  return at(names.checkpoints, `${whose}/${shard}`)
}
