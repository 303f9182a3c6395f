import type { CallOptions } from '../store/call-options.ts'
import type { Address, Change, Entry, JsonObject, Millis, Range, Store, Version } from '../store/types.ts'
import { ok, same } from './expect.ts'

// The small words the cases are written in.

/** An address. */
export function at(collection: string, key: string): Address {
  return { collection, key }
}

/** A put. */
export function put(address: Address, value: JsonObject, expiresAt?: Millis): Change {
  return expiresAt === undefined ? { type: 'put', at: address, value } : { type: 'put', at: address, value, expiresAt }
}

/** A delete. */
export function del(address: Address): Change {
  return { type: 'delete', at: address }
}

/** A check. */
export function check(address: Address, version: Version | null): Change {
  return { type: 'check', at: address, version }
}

/** Commits and demands that it happened. Answers the version. */
export async function commit(store: Store, ...changes: readonly Change[]): Promise<Version> {
  const result = await store.commit(changes)
  ok(result.ok, `a commit without a failing check must happen, but it answered ${JSON.stringify(result)}`)
  ok(typeof result.version === 'string' && result.version.length > 0, 'a commit that happened answers a version')
  return result.version
}

/** Commits and demands the answer "conflict" at `address`. */
export async function conflict(store: Store, address: Address, ...changes: readonly Change[]): Promise<void> {
  const result = await store.commit(changes)
  same(result, { ok: false, conflict: address }, 'a commit with a failing check answers its address')
}

/** Reads one record. */
export async function read(store: Store, address: Address, options?: CallOptions): Promise<Entry | undefined> {
  const answer = await store.get([address], options)
  same(answer.length, 1, 'get answers as many entries as it was asked for')
  return answer[0]
}

/** Reads one value; undefined when there is no record. */
export async function readValue(store: Store, address: Address): Promise<JsonObject | undefined> {
  return (await read(store, address))?.value
}

/** The keys a range answers. */
export async function keys(store: Store, collection: string, range: Partial<Range> = {}): Promise<readonly string[]> {
  return (await store.list(collection, { limit: 10_000, ...range })).map((entry) => entry.key)
}

/** Puts `{ n: index }` under each key, in one commit. */
export async function seed(store: Store, collection: string, names: readonly string[]): Promise<void> {
  await commit(store, ...names.map((key, n) => put(at(collection, key), { n })))
}
