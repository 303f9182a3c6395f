import { takeChanges } from './changes.ts'
import { toJsonText } from './json.ts'
import type { Address, Change, Millis, Version } from './types.ts'

/** A check of a commit, as a store carries it out. */
export interface PreparedCheck extends Address {
  readonly version: Version | null
}

/** A write of a commit, as a store carries it out. `text` is the JSON of a put; without it, a delete. */
export interface PreparedWrite extends Address {
  readonly text?: string
  readonly expiresAt?: Millis
}

/** A commit that nothing its caller does can change: checks in order, and one write for each address. */
export interface PreparedCommit {
  readonly checks: readonly PreparedCheck[]
  readonly writes: readonly PreparedWrite[]
}

/**
 * Takes a store's own copy of a commit, refusing with `INVALID` what is malformed. Of several writes to one address only the
 * last remains; a value that a later write replaces must be plain JSON all the same.
 */
export function prepareCommit(changes: readonly Change[]): PreparedCommit {
  const checks: PreparedCheck[] = []
  const writes: PreparedWrite[] = []
  for (const change of takeChanges(changes, toJsonText)) {
    const { collection, key } = change.at
    if (change.type === 'check') checks.push({ collection, key, version: change.version })
    else if (change.type === 'delete') writes.push({ collection, key })
    else {
      const { value: text, expiresAt } = change
      writes.push(expiresAt === undefined ? { collection, key, text } : { collection, key, text, expiresAt })
    }
  }
  return { checks, writes: writes.length > 1 ? lastOfEach(writes) : writes }
}

// Up to here comparing each with each costs less than naming them all.
const few = 16

function lastOfEach(writes: readonly PreparedWrite[]): readonly PreparedWrite[] {
  if (writes.length <= few && allDiffer(writes)) return writes
  const last = new Map<string, PreparedWrite>()
  // Names hold no control characters, so the two parts cannot run into each other.
  for (const write of writes) last.set(`${write.collection}\u0000${write.key}`, write)
  return last.size === writes.length ? writes : [...last.values()]
}

function allDiffer(writes: readonly PreparedWrite[]): boolean {
  for (let i = 1; i < writes.length; i++) {
    const { collection, key } = writes[i]!
    for (let j = 0; j < i; j++) {
      if (writes[j]!.key === key && writes[j]!.collection === collection) return false
    }
  }
  return true
}
