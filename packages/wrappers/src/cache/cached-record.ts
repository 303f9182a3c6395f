import type { Address, Entry, JsonObject, Millis, Version } from '@threadkeep/core/store'

/** What a record of the cache store says about a record of the inner store. */
export type Cached =
  | { readonly state: 'found'; readonly cachedAt: Millis; readonly entry: Entry }
  | { readonly state: 'absent'; readonly cachedAt: Millis }
  /** Something was written: ask the inner store. `hold`: and do not keep what it says, it may still change. */
  | { readonly state: 'gone'; readonly hold: boolean }

/** The value that is kept in the cache store for a record that is there, or is known not to be. */
export function encodeCached(entry: Entry | undefined, cachedAt: Millis): JsonObject {
  if (!entry) return { state: 'absent', cachedAt }
  const { value, version, expiresAt } = entry
  return expiresAt === undefined
    ? { state: 'found', cachedAt, version, value }
    : { state: 'found', cachedAt, version, value, expiresAt }
}

/** The value that says: ask the inner store. */
export function encodeGone(hold: boolean): JsonObject {
  return { state: 'gone', hold }
}

/** Reads back; undefined for what nobody here has written. */
export function decodeCached(at: Address, kept: JsonObject): Cached | undefined {
  const { state, cachedAt, version, value, expiresAt, hold } = kept
  if (state === 'gone') return { state, hold: hold === true }
  if (typeof cachedAt !== 'number') return undefined
  if (state === 'absent') return { state, cachedAt }
  if (state !== 'found' || typeof version !== 'string' || typeof value !== 'object' || value === null) return undefined
  const { collection, key } = at
  const own = { collection, key, value: value as JsonObject, version: version as Version }
  return { state, cachedAt, entry: typeof expiresAt === 'number' ? { ...own, expiresAt } : own }
}
