import type { Address, Change, Clock, CommitResult, Entry, Wrapper } from '@threadkeep/core/store'
import { forward } from '@threadkeep/core/store'
import { monotonicClock } from './monotonic-clock.ts'
import { observe } from './observe.ts'
import { createCallTimer } from './statistics/call-timer.ts'
import { countRead, sizeOf } from './statistics/count-read.ts'
import type { Counters, Verb } from './statistics/counters.ts'
import type { LayerCounters } from './statistics/layer-counters.ts'
import type { Statistics } from './statistics/statistics.ts'

/** Where calls are counted. */
export interface WithStatisticsOptions {
  readonly statistics: Statistics
  /** What this place in the stack is called. Default: the name of the store below. */
  readonly layer?: string
  /** Measures durations, in milliseconds. */
  readonly clock?: Clock
}

/**
 * Counts every call that passes, per layer and group of collections: gets, hits, misses, lists, puts, deletes, checks,
 * commits, conflicts, errors, bytes and durations. A call that touches several groups is counted in each of them.
 */
export function withStatistics({ statistics, layer: name, clock = monotonicClock }: WithStatisticsOptions): Wrapper {
  return (inner) => {
    const layer = statistics.layer(name ?? inner.name)
    const timers = {
      get: createCallTimer(layer, 'get', clock),
      list: createCallTimer(layer, 'list', clock),
      commit: createCallTimer(layer, 'commit', clock),
    }

    /** A call that touches any number of groups. */
    const timeAll = <T>(
      verb: Verb,
      groups: readonly Counters[],
      call: () => Promise<T>,
      answered: (answer: T) => void,
    ): Promise<T> => {
      const start = clock.now()
      const finish = () => {
        const millis = clock.now() - start
        layer.total.latency[verb].record(millis)
        for (const group of groups) group.latency[verb].record(millis)
      }
      return observe(
        call(),
        (answer) => {
          finish()
          answered(answer)
        },
        () => {
          finish()
          layer.total.errors++
          for (const group of groups) group.errors++
        },
      )
    }

    return forward(inner, {
      get(at, options) {
        const call = () => inner.get(at, options)
        if (Array.isArray(at) && at.length === 1) {
          const group = layer.of(at[0]?.collection)
          return timers.get.time(group, call, (entries) => countRead(layer, group, entries[0]))
        }
        const owners = ownersOf(layer, at)
        return timeAll('get', [...new Set(owners)], call, (entries) => {
          for (let i = 0; i < owners.length; i++) countRead(layer, owners[i]!, entries[i])
        })
      },
      list(collection, range, options) {
        const group = layer.of(collection)
        const call = () => inner.list(collection, range, options)
        return timers.list.time(group, call, (entries) => countList(layer, group, entries))
      },
      commit(changes, options) {
        const tallies = tallyChanges(layer, changes)
        const call = () => inner.commit(changes, options)
        const answered = (result: CommitResult) => countCommit(layer, tallies, result)
        if (tallies.length === 1) return timers.commit.time(tallies[0]!.group, call, answered)
        const groups = tallies.map(({ group }) => group)
        return timeAll('commit', groups, call, answered)
      },
    })
  }
}

/** The group of each address. Malformed addresses are the store's to refuse. */
function ownersOf(layer: LayerCounters, at: readonly Address[]): readonly Counters[] {
  return Array.isArray(at) ? at.map((address: Address | undefined) => layer.of(address?.collection)) : []
}

function countList(layer: LayerCounters, group: Counters, entries: readonly Entry[]): void {
  const bytes = layer.bytes ? entries.reduce((sum, entry) => sum + sizeOf(entry.value), 0) : 0
  for (const counters of [layer.total, group]) {
    counters.lists++
    counters.listed += entries.length
    counters.bytesRead += bytes
  }
}

/** What one commit asks of one group. Taken before the call: afterwards the caller may have changed its values. */
interface Tally {
  readonly group: Counters
  put: number
  delete: number
  check: number
  bytes: number
}

function tallyChanges(layer: LayerCounters, changes: readonly Change[]): readonly Tally[] {
  const tallies: Tally[] = []
  if (!Array.isArray(changes)) return tallies
  for (const change of changes as readonly (Change | undefined)[]) {
    const group = layer.of(change?.at?.collection)
    let tally = tallies.find((known) => known.group === group)
    if (!tally) {
      tally = { group, put: 0, delete: 0, check: 0, bytes: 0 }
      tallies.push(tally)
    }
    if (change?.type === 'check') tally.check++
    else if (change?.type === 'delete') tally.delete++
    else if (change?.type === 'put') {
      tally.put++
      if (layer.bytes) tally.bytes += sizeOf(change.value)
    }
  }
  return tallies
}

function countCommit(layer: LayerCounters, tallies: readonly Tally[], result: CommitResult): void {
  layer.total.commits++
  if (!result.ok) layer.total.conflicts++
  for (const tally of tallies) {
    tally.group.commits++
    if (!result.ok) tally.group.conflicts++
    countChanges(layer.total, tally, result.ok)
    countChanges(tally.group, tally, result.ok)
  }
}

function countChanges(counters: Counters, tally: Tally, done: boolean): void {
  counters.checks += tally.check
  if (!done) return
  counters.puts += tally.put
  counters.deletes += tally.delete
  counters.bytesWritten += tally.bytes
}
