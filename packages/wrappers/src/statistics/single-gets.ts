import type { Address, Clock, Entry } from '@threadkeep/core/store'
import { observe } from '../observe.ts'
import { countRead } from './count-read.ts'
import type { Counters } from './counters.ts'
import type { LayerCounters } from './statistics.ts'

type Entries = readonly (Entry | undefined)[]

/** Counts gets of one record, the call that everybody makes most. */
export interface SingleGets {
  watch(at: Address | undefined, call: () => Promise<Entries>): Promise<Entries>
}

/** What counts the gets of one group without making anything per call. */
interface Path {
  readonly group: Counters
  readonly answered: (entries: Entries) => void
  readonly failed: () => void
  /** How many more calls need no timing, and how many went without since the last one that was timed. */
  pass: number
  skipped: number
}

const fast = 0.01 // ms
const untimed = 15

/**
 * Reading the clock twice takes as long as a get from memory. So while gets of a group take less than 10 µs, one in
 * sixteen is timed and stands for the others; slower ones are all timed.
 */
export function createSingleGets(layer: LayerCounters, clock: Clock): SingleGets {
  const paths = new Map<Counters, Path>()

  const createPath = (group: Counters): Path => ({
    group,
    answered: (entries) => countRead(layer, group, entries[0]),
    failed() {
      layer.total.errors++
      group.errors++
    },
    pass: 0,
    skipped: 0,
  })
  const pathOf = (collection: string | undefined): Path => {
    const group = layer.of(collection)
    let path = paths.get(group)
    if (!path) {
      path = createPath(group)
      paths.set(group, path)
    }
    return path
  }

  const timed = (path: Path, call: () => Promise<Entries>): Promise<Entries> => {
    const weight = 1 + path.skipped
    path.skipped = 0
    const start = clock.now()
    const finish = () => {
      const millis = clock.now() - start
      layer.total.latency.get.record(millis, weight)
      path.group.latency.get.record(millis, weight)
      if (millis < fast) path.pass = untimed
    }
    return observe(
      call(),
      (entries) => {
        finish()
        path.answered(entries)
      },
      () => {
        finish()
        path.failed()
      },
    )
  }

  return {
    watch(at, call) {
      const path = pathOf(at?.collection)
      if (path.pass === 0) return timed(path, call)
      path.pass--
      path.skipped++
      return observe(call(), path.answered, path.failed)
    },
  }
}
