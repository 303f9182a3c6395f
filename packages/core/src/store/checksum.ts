import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { type ScanOptions, scan } from './scan.ts'
import type { Entry, Store } from './types.ts'

/** How many records there are, and what is in them. */
export interface Checksum {
  readonly records: number
  /** SHA-256 in hex over keys, values and expiries in key order: equal content, equal sum, in any store. */
  readonly sha256: string
}

/** A sum that records are added to in key order. */
export interface RunningChecksum {
  add(entry: Entry): void
  result(): Checksum
}

/** A sum of nothing yet. Versions do not count: each store makes its own. */
export function runningChecksum(): RunningChecksum {
  const hash = createHash('sha256')
  let records = 0
  return {
    add({ key, value, expiresAt = null }) {
      records++
      hash.update(`${canonicalJson([key, value, expiresAt])}\n`)
    },
    result: () => ({ records, sha256: hash.copy().digest('hex') }),
  }
}

/** The sum of one collection, a page in memory at a time. */
export async function checksum(store: Store, collection: string, options?: ScanOptions): Promise<Checksum> {
  const sum = runningChecksum()
  for await (const entry of scan(store, collection, options)) sum.add(entry)
  return sum.result()
}
