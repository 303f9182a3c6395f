import type { Clock } from '../store/clock.ts'
import type { Millis } from '../store/types.ts'

/** Wakes up when something is due and nobody else has come by. */
export interface IdleSweeper {
  /** To be called whenever a deadline may have come closer. */
  arm(): void
  stop(): void
}

/** Late enough to serve many deadlines at once, soon enough that nothing lingers. */
const lateness = 20
const longestTimer = 2 ** 31 - 1

/**
 * Calls `sweep` soon after the deadline that `next` names, and again for the one after it. Never keeps the process
 * alive. While the clock stands still nothing is due, so it sleeps until it is armed again.
 */
export function idleSweeper(clock: Clock, next: () => Millis | undefined, sweep: () => void): IdleSweeper {
  let timer: NodeJS.Timeout | undefined
  let armedAt: Millis = 0
  let wakesAt = Number.POSITIVE_INFINITY

  function arm(): void {
    const deadline = next()
    if (deadline === undefined || deadline + lateness >= wakesAt) return
    clearTimeout(timer)
    armedAt = clock.now()
    wakesAt = deadline + lateness
    timer = setTimeout(wake, Math.min(Math.max(wakesAt - armedAt, 1), longestTimer)).unref()
  }

  function wake(): void {
    wakesAt = Number.POSITIVE_INFINITY
    if (clock.now() === armedAt) return
    sweep()
    arm()
  }

  return { arm, stop: () => clearTimeout(timer) }
}
