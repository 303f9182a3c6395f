import type { PreparedCommit } from '@threadkeep/core/store'

/** What a commit relies on and what it writes, as names of locks. */
export interface Claims {
  readonly shared: readonly string[]
  readonly exclusive: readonly string[]
}

/** Who holds what: an address is held by one writer, or by any number of those who only check it. */
export interface AddressLocks {
  isFree(claims: Claims): boolean
  take(claims: Claims): void
  release(claims: Claims): void
}

/** The claims of a commit. */
export function claimsOf({ checks, writes }: PreparedCommit): Claims {
  const exclusive = writes.map(nameOf)
  const shared = checks.length === 0 ? [] : [...new Set(checks.map(nameOf))].filter((name) => !exclusive.includes(name))
  return { shared, exclusive }
}

/** Locks in memory that nobody waits for: they tell which commits may be under way at the same time. */
export function addressLocks(): AddressLocks {
  // How many share an address; 0 means that one has it alone.
  const held = new Map<string, number>()
  return {
    isFree: ({ shared, exclusive }) =>
      exclusive.every((name) => !held.has(name)) && shared.every((name) => held.get(name) !== 0),
    take({ shared, exclusive }) {
      for (const name of exclusive) held.set(name, 0)
      for (const name of shared) {
        const holders = held.get(name)
        if (holders !== 0) held.set(name, (holders ?? 0) + 1)
      }
    },
    release({ shared, exclusive }) {
      for (const name of exclusive) held.delete(name)
      for (const name of shared) {
        const holders = held.get(name)!
        if (holders > 1) held.set(name, holders - 1)
        else held.delete(name)
      }
    },
  }
}

function nameOf({ collection, key }: { readonly collection: string; readonly key: string }): string {
  return `${collection}\u0000${key}`
}
