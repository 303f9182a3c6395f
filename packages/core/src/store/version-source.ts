import { randomBytes } from 'node:crypto'
import type { Version } from './types.ts'

/** Versions that no other store, process or reopening makes: a random start and a count, so no commit has to write one down. */
export function versionSource(): () => Version {
  const start = randomBytes(9).toString('base64url')
  let count = 0
  return () => `${start}.${(count++).toString(36)}` as Version
}
