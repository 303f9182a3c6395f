import type { Address, Millis, PreparedCommit, Version } from '@threadkeep/core/store'
import { mostLocks } from './layout.ts'

/** Commits as the arguments of `commit_records`. A write without a value deletes; so does one that has expired already. */
export function encodeCommits(
  commits: readonly PreparedCommit[],
  versions: readonly Version[],
  now: Millis,
): unknown[] {
  const check = { commits: [] as number[], collections: [] as string[], keys: [] as string[] }
  const checkVersions: (string | null)[] = []
  const write = { commits: [] as number[], collections: [] as string[], keys: [] as string[] }
  const values: (string | null)[] = []
  const expiries: (Millis | null)[] = []
  let deletes = false
  for (const [index, { checks, writes }] of commits.entries()) {
    for (const { collection, key, version } of checks) {
      check.commits.push(index + 1)
      check.collections.push(collection)
      check.keys.push(key)
      // A version that no store has made need not be one that PostgreSQL can hold.
      checkVersions.push(version?.includes('\u0000') ? '' : version)
    }
    for (const { collection, key, text, expiresAt } of writes) {
      const value = expiresAt !== undefined && expiresAt <= now ? undefined : text
      deletes ||= value === undefined
      write.commits.push(index + 1)
      write.collections.push(collection)
      write.keys.push(key)
      values.push(value ?? null)
      expiries.push(expiresAt ?? null)
    }
  }
  const alone = check.keys.length + write.keys.length > mostLocks
  return [
    now,
    versions,
    ...[check.commits, check.collections, check.keys, checkVersions],
    ...[write.commits, write.collections, write.keys, values, expiries],
    alone,
    deletes,
  ]
}

/** Which commits did not happen, and why, from the answer of `commit_records`: the places of failed checks as an array in text. */
export function failedChecks(commits: readonly PreparedCommit[], answer: string): ReadonlyMap<number, Address> {
  const conflicts = new Map<number, Address>()
  if (answer === '{}') return conflicts
  const all = commits.flatMap(({ checks }, index) => checks.map(({ collection, key }) => ({ index, collection, key })))
  for (const place of answer.slice(1, -1).split(',')) {
    const { index, collection, key } = all[Number(place) - 1]!
    conflicts.set(index, { collection, key })
  }
  return conflicts
}
