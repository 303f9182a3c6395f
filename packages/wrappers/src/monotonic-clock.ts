import { performance } from 'node:perf_hooks'
import type { Clock } from '@threadkeep/core/store'

/** Measures durations: never goes back, and has fractions of a millisecond. It does not tell the time of day. */
export const monotonicClock: Clock = { now: () => performance.now() }
