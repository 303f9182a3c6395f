import type { Change, JsonObject, Version } from '@threadkeep/core/store'
import { onTestFinished } from 'vitest'
import type { SqliteStore, SqliteStoreOptions } from '../../src/index.ts'
import { sqliteStore } from '../../src/index.ts'
import { temporaryPath } from './temporary-path.ts'

/** A store, in a fresh file unless `path` says otherwise, that closes when the test ends. */
export async function openStore(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
  const store = await sqliteStore({ path: temporaryPath(), ...options })
  onTestFinished(() => store.close())
  return store
}

/** A put into the collection `c`. */
export function put(key: string, value: JsonObject = {}, expiresAt?: number): Change {
  return { type: 'put', at: { collection: 'c', key }, value, ...(expiresAt !== undefined && { expiresAt }) }
}

/** A check on a record of the collection `c`. */
export function check(key: string, version: Version | null): Change {
  return { type: 'check', at: { collection: 'c', key }, version }
}

/** The keys of the collection `c`. */
export async function keys(store: SqliteStore): Promise<readonly string[]> {
  return (await store.list('c', { limit: 10_000 })).map((entry) => entry.key)
}
