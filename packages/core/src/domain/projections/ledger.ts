import type { Address, Change } from '../../store/types.ts'
import type { Context } from '../kernel/context.ts'
import { addressKey } from '../kernel/thread-scope.ts'

/** One stored record of counters. */
export interface Line {
  readonly at: Address
  readonly deltas: Map<string, number>
}

/** Numbers that a batch adds to stored counters. Nothing is read before `changes`. */
export interface Ledger {
  add(at: Address, field: string, delta: number): void
  /** Where `addTo` adds, for those who add to one record again and again. */
  line(at: Address): Line
  /** What has been added to a counter so far. */
  pending(at: Address, field: string): number
  /** Reads every counter touched and answers checks and writes that add the sums; a counter that comes to nothing is deleted. */
  changes(context: Context): Promise<Change[]>
}

/** Adds to a counter of a record. */
export function addTo({ deltas }: Line, field: string, delta: number): void {
  deltas.set(field, (deltas.get(field) ?? 0) + delta)
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const lines = new Map<string, Line>()
  const lineOf = (at: Address): Line => {
    const key = addressKey(at)
    const line = lines.get(key) ?? { at, deltas: new Map<string, number>() }
    lines.set(key, line)
    return line
  }
  return {
    add(at, field, delta) {
      if (delta !== 0) addTo(lineOf(at), field, delta)
    },
    line: lineOf,
    pending: (at, field) => lines.get(addressKey(at))?.deltas.get(field) ?? 0,
    async changes(context) {
      const touched = [...lines.values()].filter(({ deltas }) => deltas.size > 0)
      if (touched.length === 0) return []
      const entries = await context.store.get(touched.map(({ at }) => at))
      return touched.flatMap(({ at, deltas }, i): Change[] => {
        const entry = entries[i]
        const value: Record<string, number> = { ...(entry?.value as Record<string, number> | undefined) }
        for (const [field, delta] of deltas) {
          const sum = (value[field] ?? 0) + delta
          if (sum === 0) delete value[field]
          else value[field] = sum
        }
        const check: Change = { type: 'check', at, version: entry?.version ?? null }
        return [check, Object.keys(value).length === 0 ? { type: 'delete', at } : { type: 'put', at, value }]
      })
    },
  }
}
