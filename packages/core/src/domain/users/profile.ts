import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { JsonObject } from '../../store/types.ts'
import type { Limits } from '../kernel/limits.ts'
import type { UserRecord } from '../kernel/records.ts'
import { assertMetadata, assertText, copyJson, mergePatch } from '../kernel/validate.ts'
import type { UserPatch, UserProfile } from './users.types.ts'

const texts = [
  ['name', 200],
  ['email', 320],
  ['role', 100],
] as const
const objects = ['preferences', 'metadata'] as const

/** The caller's profile as an own copy; refuses texts and objects out of bounds, and fields it does not know. */
export function checkProfile(profile: UserProfile, limits: Limits): UserProfile {
  assertFields(profile)
  const checked: Record<string, unknown> = {}
  for (const [name, max] of texts) {
    if (profile[name] === undefined) continue
    assertText(profile[name], `A user's ${name}`, 0, max)
    checked[name] = profile[name]
  }
  for (const name of objects) {
    if (profile[name] === undefined) continue
    assertMetadata(profile[name], limits, name)
    checked[name] = copyJson(profile[name])
  }
  return checked
}

/** A record with a merge patch applied. */
export function applyUserPatch(record: UserRecord, patch: UserPatch, limits: Limits): UserRecord {
  assertFields(patch)
  const next: Record<string, unknown> = { ...record }
  for (const [name, max] of texts) {
    const value = patch[name]
    if (value === undefined) continue
    if (value === null) delete next[name]
    else {
      assertText(value, `A user's ${name}`, 0, max)
      next[name] = value
    }
  }
  for (const name of objects) {
    const value = patch[name]
    if (value === undefined) continue
    if (value === null) delete next[name]
    else {
      assertMetadata(value, limits, name)
      const merged = mergePatch((record[name] ?? {}) as JsonObject, value)
      assertMetadata(merged, limits, name)
      next[name] = merged
    }
  }
  return next as unknown as UserRecord
}

const known: ReadonlySet<string> = new Set([...texts.map(([name]) => name), ...objects])

function assertFields(profile: object): void {
  if (typeof profile !== 'object' || profile === null) throw new ThreadkeepError('INVALID', 'A profile is an object.')
  const odd = Object.keys(profile).find((name) => !known.has(name))
  if (odd !== undefined)
    throw new ThreadkeepError('INVALID', `A profile has no field "${odd}": put your own fields into metadata.`)
}
