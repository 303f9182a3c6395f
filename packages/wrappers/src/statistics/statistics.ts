import { requireChoice, requireNumber } from '../options.ts'
import type { Counters, OperationStatistics } from './counters.ts'
import { createCounters, resetCounters, snapshotCounters } from './counters.ts'
import type { LayerCounters } from './layer-counters.ts'
import { prometheusText } from './prometheus-text.ts'

/** How statistics are gathered. */
export interface StatisticsOptions {
  /**
   * Which collections are counted together: `kind` (default) by the part of the name before the first `:`, `collection`
   * each for itself, or your own function.
   */
  readonly groupBy?: 'kind' | 'collection' | ((collection: string) => string)
  /** At most so many groups in each layer; the rest is counted as `(other)`. Default 1,000. */
  readonly maxGroups?: number
  /** Also count bytes, which costs writing each value as JSON once more. Default false. */
  readonly bytes?: boolean
}

/** What one layer has done: the sums, and each group of collections. */
export interface LayerStatistics extends OperationStatistics {
  readonly collections: { readonly [group: string]: OperationStatistics }
}

/** Counts of any number of layers. Memory is bounded by layers × groups, whatever the traffic. */
export interface Statistics {
  /** A copy of all counts, by layer. */
  snapshot(): { readonly [layer: string]: LayerStatistics }
  /** Sets every count to zero. */
  reset(): void
  /** All counts in the text format that Prometheus scrapes. */
  prometheus(): string
  /** Where a wrapper counts. Two wrappers that name the same layer add up. */
  layer(name: string): LayerCounters
}

const other = '(other)'
const maxRecent = 1000

const groupings = {
  kind(collection: string): string {
    const end = collection.indexOf(':')
    return end < 0 ? collection : collection.slice(0, end)
  },
  collection: (collection: string): string => collection,
}

/** Statistics at zero, to hand to `withStatistics` and to read from. */
export function createStatistics(options: StatisticsOptions = {}): Statistics {
  const { groupBy = 'kind', bytes = false } = options
  const maxGroups = requireNumber('createStatistics maxGroups', options.maxGroups ?? 1000, { min: 1, whole: true })
  const groupOf =
    typeof groupBy === 'function'
      ? groupBy
      : groupings[requireChoice('createStatistics groupBy', groupBy, ['kind', 'collection'])]
  const layers = new Map<string, LayerCounters>()
  const settles: (() => void)[] = []
  const settle = () => {
    for (const one of settles) one()
  }

  const createLayer = (): LayerCounters => {
    const groups = new Map<string, Counters>()
    // Finding the group takes longer than counting, so recent collections know theirs.
    const recent = new Map<string | undefined, Counters>()
    const find = (collection: string | undefined): Counters => {
      const name = typeof collection === 'string' ? String(groupOf(collection)) : other
      const known = groups.get(name)
      if (known) return known
      if (groups.size >= maxGroups && name !== other) return groups.get(other) ?? add(groups, other)
      return add(groups, name)
    }
    return {
      bytes,
      total: createCounters(),
      groups,
      beforeRead: (settle) => settles.push(settle),
      of(collection) {
        const known = recent.get(collection)
        if (known) return known
        if (recent.size >= maxRecent) recent.clear()
        const found = find(collection)
        recent.set(collection, found)
        return found
      },
    }
  }

  return {
    snapshot() {
      settle()
      return Object.fromEntries([...layers].map(([name, layer]) => [name, snapshotLayer(layer)]))
    },
    reset() {
      settle()
      for (const layer of layers.values()) {
        resetCounters(layer.total)
        for (const counters of layer.groups.values()) resetCounters(counters)
      }
    },
    prometheus() {
      settle()
      return prometheusText(layers)
    },
    layer(name) {
      let layer = layers.get(name)
      if (!layer) {
        layer = createLayer()
        layers.set(name, layer)
      }
      return layer
    },
  }
}

function add(groups: Map<string, Counters>, name: string): Counters {
  const counters = createCounters()
  groups.set(name, counters)
  return counters
}

function snapshotLayer(layer: LayerCounters): LayerStatistics {
  const collections = Object.fromEntries([...layer.groups].map(([name, counts]) => [name, snapshotCounters(counts)]))
  return { ...snapshotCounters(layer.total), collections }
}
