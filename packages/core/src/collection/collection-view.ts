import type { CallOptions } from '../store/call-options.ts'
import type { Clock } from '../store/clock.ts'
import type { JsonObject } from '../store/types.ts'
import type { StandardSchema } from './standard-schema.ts'
import type { Ttl } from './ttl.ts'

/** How a collection is set up. */
export interface CollectionOptions<T = JsonObject, Input = T> {
  /** Checks every value on its way in (`INVALID`) and out (`CORRUPT`). What it makes of a value is what is stored. */
  readonly schema?: StandardSchema<Input, T>
  /**
   * Makes of what the schema passed what is stored, where that is not plain JSON: dates become texts, say. The schema must
   * read it back, or the write is refused with `INVALID`.
   */
  readonly encode?: (value: T) => unknown
  /** Seconds that a value lives when its put does not say. Default: for ever. */
  readonly defaultTtl?: Ttl
  /** `NOT_FOUND` instead of undefined from `get`, `getMany`, `ttl`, `ttlMany` and `update`. Default: false. */
  readonly raiseOnMissing?: boolean
  /** Initial values by key, put in once in the life of the store at first use, where nothing stands under their key. */
  readonly seeds?: Readonly<Record<string, Input>>
  readonly clock?: Clock
}

/** What a call that writes takes. */
export interface WriteOptions extends CallOptions {
  /** Seconds to live (fractions are fine), or null for ever. Default: the collection's `defaultTtl`. */
  readonly ttl?: Ttl
}

/** Which part of a collection to walk over. */
export interface WalkOptions extends CallOptions {
  readonly prefix?: string
  readonly reverse?: boolean
}

/** Which page to answer. */
export interface PageOptions extends WalkOptions {
  /** 1–10,000. Default 100. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly cursor?: string
}

/** A value, and the seconds it has left; without `ttl` it stays for ever. */
export interface Timed<T> {
  readonly value: T
  readonly ttl?: number
}

/** A value under its key. */
export interface Item<T> extends Timed<T> {
  readonly key: string
}

/** Part of a longer answer. Without `next` it is the last. */
export interface ItemPage<T> {
  readonly items: readonly T[]
  readonly next?: string
}

/**
 * One collection of a store as keys and values. What is read is the caller's own; what is written in one call happens whole
 * or not at all; an expired value does not exist. Times to live are in seconds; a wrong one is refused with `INVALID_TTL`.
 */
export interface Collection<T = JsonObject, Input = T, Missing extends undefined = undefined> {
  readonly name: string
  get(key: string, options?: CallOptions): Promise<T | Missing>
  /** Values in the order of their keys, 10,000 at most. */
  getMany(keys: readonly string[], options?: CallOptions): Promise<(T | Missing)[]>
  has(key: string, options?: CallOptions): Promise<boolean>
  /** A value together with the seconds it has left. */
  ttl(key: string, options?: CallOptions): Promise<Timed<T> | Missing>
  ttlMany(keys: readonly string[], options?: CallOptions): Promise<(Timed<T> | Missing)[]>
  put(key: string, value: Input, options?: WriteOptions): Promise<void>
  /** All or none, 10,000 at most; of two values for one key the last is put. */
  putMany(
    values: Iterable<readonly [string, Input]> | Readonly<Record<string, Input>>,
    options?: WriteOptions,
  ): Promise<void>
  /** Puts only where nothing is. Of many at once exactly one is answered true. */
  create(key: string, value: Input, options?: WriteOptions): Promise<boolean>
  /**
   * Puts what `change` makes of the current value, and answers it. Nothing that others write in between is lost: `change` is
   * called again with what they wrote. Keeps the time left, unless `ttl` says otherwise. When `change` answers
   * undefined, all stays as it is.
   */
  update(
    key: string,
    change: (current: T | Missing) => Input | undefined | Promise<Input | undefined>,
    options?: WriteOptions,
  ): Promise<T | Missing>
  /** Gives a value a new time to live, counted from now. False when there is none. */
  touch(key: string, options?: WriteOptions): Promise<boolean>
  /** Whether there was something to delete. Of many at once exactly one is answered true. */
  delete(key: string, options?: CallOptions): Promise<boolean>
  /** How many there were to delete. All or none, 5,000 keys at most; `clear` has no limit. */
  deleteMany(keys: readonly string[], options?: CallOptions): Promise<number>
  /** Keys in order, page by page. */
  keys(options?: PageOptions): Promise<ItemPage<string>>
  /** Values in the order of their keys, page by page. */
  page(options?: PageOptions): Promise<ItemPage<Item<T>>>
  /** Every value in the order of its key, a page in memory at a time. */
  scan(options?: WalkOptions): AsyncGenerator<Item<T>, void, undefined>
  /** Deletes everything (or all keys with the prefix), a page at a time, and answers how much. Seeds do not come back. */
  clear(options?: CallOptions & { readonly prefix?: string }): Promise<number>
  /** Deletes everything, and that there ever was anything: seeds are put in again at the next use. */
  destroy(options?: CallOptions): Promise<number>
}
