import type { Clock } from '@threadkeep/core/store'
import { observe } from '../observe.ts'
import type { Counters, Verb } from './counters.ts'
import type { LayerCounters } from './layer-counters.ts'

/** Counts and times calls of one verb that touch one group of collections, as most calls do. */
export interface CallTimer {
  time<T>(group: Counters, call: () => Promise<T>, answered: (answer: T) => void): Promise<T>
}

/** How many calls of a group need no timing, how many went without since the last that was timed, and how long that took. */
interface Pace {
  pass: number
  skipped: number
  last: number
  readonly failed: () => void
}

const fast = 0.01 // ms
const untimed = 15

/**
 * Reading the clock twice takes as long as a call to memory. So while the calls of a group take less than 10 µs, one in
 * sixteen is timed and stands for the others; slower ones are all timed.
 */
export function createCallTimer(layer: LayerCounters, verb: Verb, clock: Clock): CallTimer {
  const paces = new Map<Counters, Pace>()

  const paceOf = (group: Counters): Pace => {
    let pace = paces.get(group)
    if (!pace) {
      const failed = () => {
        layer.total.errors++
        group.errors++
      }
      pace = { pass: 0, skipped: 0, last: 0, failed }
      paces.set(group, pace)
    }
    return pace
  }

  const record = (group: Counters, millis: number, weight: number) => {
    layer.total.latency[verb].record(millis, weight)
    group.latency[verb].record(millis, weight)
  }
  layer.beforeRead(() => {
    for (const [group, pace] of paces) {
      if (pace.skipped > 0) record(group, pace.last, pace.skipped)
      pace.skipped = 0
    }
  })

  const timed = <T>(group: Counters, pace: Pace, call: () => Promise<T>, answered: (answer: T) => void): Promise<T> => {
    const weight = 1 + pace.skipped
    pace.skipped = 0
    const start = clock.now()
    const finish = () => {
      pace.last = clock.now() - start
      record(group, pace.last, weight)
      if (pace.last < fast) pace.pass = untimed
    }
    return observe(
      call(),
      (answer) => {
        finish()
        answered(answer)
      },
      () => {
        finish()
        pace.failed()
      },
    )
  }

  return {
    time(group, call, answered) {
      const pace = paceOf(group)
      if (pace.pass === 0) return timed(group, pace, call, answered)
      pace.pass--
      pace.skipped++
      return observe(call(), answered, pace.failed)
    },
  }
}
