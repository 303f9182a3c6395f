import type { CallOptions } from './call-options.ts'

/** What a record may hold: JSON and nothing else. Strings are well-formed Unicode (no lone surrogates). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. Names such as `__proto__`, `$where` or `a.b` are plain data and come back as they went in. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** Epoch milliseconds. Expiry is always an absolute instant in the contract. */
export type Millis = number

/** Opaque mark of one state of one record. Compare for equality only; two states never share a mark. */
export type Version = string & { readonly [versionBrand]: 'Version' }
declare const versionBrand: unique symbol

/** Where a record lives. Both parts are 1–512 bytes of UTF-8 without control characters. */
export interface Address {
  readonly collection: string
  readonly key: string
}

/** One live record as a store answers it. It is the caller's own copy: changing it changes nothing stored. */
export interface Entry extends Address {
  readonly value: JsonObject
  readonly version: Version
  readonly expiresAt?: Millis
}

/**
 * One step of a commit.
 *
 * - `put` replaces the whole record; without `expiresAt` it also clears an old expiry; with an `expiresAt` that has
 *   passed it is a delete.
 * - `delete` removes the record; deleting what is not there is fine.
 * - `check` demands that the record is in exactly this state when the commit happens; `null` demands that it does not exist.
 */
export type Change =
  | { readonly type: 'put'; readonly at: Address; readonly value: JsonObject; readonly expiresAt?: Millis }
  | { readonly type: 'delete'; readonly at: Address }
  | { readonly type: 'check'; readonly at: Address; readonly version: Version | null }

/**
 * A stretch of one collection in key order. Bounds are exclusive. `limit` is 1–10,000.
 * `after` and `before` are positions: they need not name an existing record.
 */
export interface Range {
  readonly prefix?: string
  readonly after?: string
  readonly before?: string
  readonly reverse?: boolean
  readonly limit: number
}

/** A commit happened whole (`ok`), or nothing was written and `conflict` names a check that failed. */
export type CommitResult =
  | { readonly ok: true; readonly version: Version }
  | { readonly ok: false; readonly conflict: Address }

/**
 * Ordered collections of JSON records with versions and expiry: the floor under everything.
 *
 * Every guarantee below is a case of the conformance kit:
 *
 * - `get` answers in the order and length of what was asked; an address asked twice is answered twice.
 * - `list` is in key order by UTF-8 bytes, forwards or in reverse; bounds are exclusive.
 * - `commit` is atomic across collections and serialisable with respect to its checks, also for records that it only
 *   checks. All its changes are visible to the next read, or none. Two writes to one address: the last wins. Checks look
 *   at the state before the commit. A failed check is an answer, never an exception.
 * - Every record a commit writes carries the version that the commit answers.
 * - A record whose `expiresAt <= now` does not exist, for every verb, and never takes up room in `limit`.
 * - Nothing a caller mutates before or after a call changes what is stored or what others read.
 * - Bad input is refused with `INVALID`, before anything is written.
 * - After `close`, which may be called again, every call rejects with `CLOSED`. A store closes only what it opened.
 */
export interface Store extends AsyncDisposable {
  /** What this store is, for logs and errors: `memory`, `sqlite`, … */
  readonly name: string
  get(at: readonly Address[], options?: CallOptions): Promise<readonly (Entry | undefined)[]>
  list(collection: string, range: Range, options?: CallOptions): Promise<readonly Entry[]>
  commit(changes: readonly Change[], options?: CallOptions): Promise<CommitResult>
  close(): Promise<void>
}

/** A store that can name its collections (those with at least one live record), in byte order after `after`. */
export interface EnumerableStore extends Store {
  collections(
    range: { readonly prefix?: string; readonly after?: string; readonly limit: number },
    options?: CallOptions,
  ): Promise<readonly string[]>
}

/** A store whose expired records leave only when somebody removes them. Answers how many it removed (at most `limit`). */
export interface SweepableStore extends Store {
  sweep(limit: number, options?: CallOptions): Promise<number>
}
