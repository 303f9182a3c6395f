import type { Millis } from './types.ts'

/** Where time comes from. Injected everywhere, so that tests own it. */
export interface Clock {
  now(): Millis
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** Milliseconds of a day. */
export const oneDay = 86_400_000

/** A clock that stands still until it is moved: for tests and simulations. */
export interface ManualClock extends Clock {
  /** Moves time forward and answers the new time. */
  advance(millis: Millis): Millis
  set(now: Millis): void
}

/** A manual clock that starts at `start`. */
export function manualClock(start: Millis = 1_700_000_000_000): ManualClock {
  let now = start
  return {
    now: () => now,
    advance: (millis) => (now += millis),
    set: (value) => {
      now = value
    },
  }
}
