import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { CallOptions } from '../store/call-options.ts'
import { systemClock } from '../store/clock.ts'
import { copyJsonObject } from '../store/json.ts'
import { assertLimit, assertName, maxBatch, maxListLimit } from '../store/keys.ts'
import { scan } from '../store/scan.ts'
import type { Address, Change, Entry, JsonObject, Millis, Store } from '../store/types.ts'
import type {
  Collection,
  CollectionOptions,
  Item,
  ItemPage,
  PageOptions,
  Timed,
  WriteOptions,
} from './collection-view.ts'
import { conflicted, retryConflicts } from './retry-conflicts.ts'
import { applySeeds, seeding, seedMark, seedRecords } from './seeds.ts'
import type { StandardSchema } from './standard-schema.ts'
import { assertTtl, expiryOf, secondsLeft } from './ttl.ts'
import { valueForm } from './value-form.ts'

type Raising = { readonly raiseOnMissing: true }
type Schema<T, Input> = { readonly schema: StandardSchema<Input, T> }

/** One collection of a store as keys and values; see `Collection`. It holds no resources: the store is its caller's. */
export function collection<T, Input>(
  store: Store,
  name: string,
  options: CollectionOptions<T, Input> & Schema<T, Input> & Raising,
): Collection<T, Input, never>
export function collection<T, Input>(
  store: Store,
  name: string,
  options: CollectionOptions<T, Input> & Schema<T, Input>,
): Collection<T, Input>
export function collection<T = JsonObject>(
  store: Store,
  name: string,
  options: CollectionOptions<T> & Raising,
): Collection<T, T, never>
export function collection<T = JsonObject>(store: Store, name: string, options?: CollectionOptions<T>): Collection<T>
export function collection<T, Input>(
  store: Store,
  name: string,
  options: CollectionOptions<T, Input> = {},
): Collection<T, Input> {
  assertName(name, 'collection')
  const { clock = systemClock, schema, encode, seeds, defaultTtl = null, raiseOnMissing = false } = options
  assertTtl(defaultTtl)
  const form = valueForm<T>(name, schema, encode)
  const initial = seeds === undefined ? [] : seedRecords(form, seeds)
  const seeded = seeding(initial.length > 0, async () => {
    await applySeeds(store, name, await Promise.all(initial), expiryOf(defaultTtl, clock.now()))
  })

  function address(key: string): Address {
    return { collection: name, key }
  }

  /** The expiry that a write asks for. */
  function expiry(options: WriteOptions | undefined): Millis | undefined {
    const ttl = options?.ttl === undefined ? defaultTtl : options.ttl
    assertTtl(ttl)
    return expiryOf(ttl, clock.now())
  }

  function put(key: string, value: JsonObject, expiresAt: Millis | undefined): Change {
    const at = address(key)
    return expiresAt === undefined ? { type: 'put', at, value } : { type: 'put', at, value, expiresAt }
  }

  async function read(key: string, options: CallOptions | undefined): Promise<Entry | undefined> {
    if (!seeded.done) await seeded.run()
    return (await store.get([address(key)], options))[0]
  }

  async function readMany(
    keys: readonly string[],
    options: CallOptions | undefined,
  ): Promise<readonly (Entry | undefined)[]> {
    const asked = keys.map(address)
    if (!seeded.done) await seeded.run()
    return store.get(asked, options)
  }

  /** The record of a value: at once where that is possible, so that the commit takes it before its caller goes on. */
  function recordOf(key: string, value: Input): JsonObject | Promise<JsonObject> {
    const record = form.toRecord(key, value)
    if (seeded.done && !(record instanceof Promise)) return record
    const own = record instanceof Promise ? record : copyJsonObject(record)
    return Promise.all([own, seeded.run()]).then(([made]) => made)
  }

  function missing(keys: readonly string[]): never {
    const shown = keys.slice(0, 3).join(', ')
    throw new ThreadkeepError('NOT_FOUND', `There is nothing under ${shown} in ${name}.`, {
      details: { collection: name, keys },
    })
  }

  /** Hands present entries to `answer`; absent ones become undefined, or `NOT_FOUND` where that was asked for. */
  async function answerMany<R>(
    keys: readonly string[],
    entries: readonly (Entry | undefined)[],
    answer: (entry: Entry) => R | Promise<R>,
  ): Promise<(Awaited<R> | undefined)[]> {
    if (raiseOnMissing && entries.includes(undefined)) missing(keys.filter((_, index) => entries[index] === undefined))
    return Promise.all(entries.map((entry) => entry && answer(entry)))
  }

  function present(entry: Entry): T | Promise<T> {
    return form.toValue(entry.key, entry.value)
  }

  async function timed(entry: Entry): Promise<Timed<T>> {
    const ttl = secondsLeft(entry, clock.now())
    const value = await present(entry)
    return ttl === undefined ? { value } : { value, ttl }
  }

  async function item(entry: Entry): Promise<Item<T>> {
    return { key: entry.key, ...(await timed(entry)) }
  }

  async function page<R>(options: PageOptions, answer: (entry: Entry) => R | Promise<R>): Promise<ItemPage<R>> {
    const { limit = 100, cursor, prefix = '', reverse = false, signal } = options
    assertLimit(limit)
    if (!seeded.done) await seeded.run()
    const position = cursor === undefined ? {} : reverse ? { before: cursor } : { after: cursor }
    // One more than asked for tells whether there is a next page.
    const range = { prefix, reverse, ...position, limit: Math.min(limit + 1, maxListLimit) }
    const entries = await store.list(name, range, signal && { signal })
    const items = await Promise.all(entries.slice(0, limit).map(answer))
    const more = entries.length > limit || entries.length === maxListLimit
    return more ? { items, next: entries[limit - 1]!.key } : { items }
  }

  /** Each check makes sure that of many who delete at once only one is told that it did. */
  async function remove(keys: readonly string[], options: CallOptions | undefined): Promise<number> {
    const unique = [...new Set(keys)]
    // A delete is two changes, and a limit that depends on how many keys there are would be met one day only.
    if (unique.length > maxBatch / 2) {
      throw new ThreadkeepError('INVALID', `One call deletes at most ${maxBatch / 2} keys, not ${unique.length}.`)
    }
    return retryConflicts(
      async () => {
        const found = (await readMany(unique, options)).filter((entry) => entry !== undefined)
        const changes = found.flatMap((entry): Change[] => [
          { type: 'check', at: address(entry.key), version: entry.version },
          { type: 'delete', at: address(entry.key) },
        ])
        const done = changes.length === 0 || (await store.commit(changes, options)).ok
        return done ? found.length : conflicted
      },
      `What was to be deleted from ${name}`,
      options,
    )
  }

  async function clear(options: CallOptions & { readonly prefix?: string } = {}): Promise<number> {
    const { prefix = '', signal } = options
    const call = signal && { signal }
    for (let count = 0; ; ) {
      const entries = await store.list(name, { prefix, limit: 1_000 }, call)
      if (entries.length === 0) return count
      await store.commit(
        entries.map(({ key }) => ({ type: 'delete', at: address(key) }) as const),
        call,
      )
      count += entries.length
    }
  }

  return {
    name,

    async get(key, options) {
      if (!seeded.done) await seeded.run()
      const [entry] = await store.get([{ collection: name, key }], options)
      if (entry !== undefined) return present(entry)
      return raiseOnMissing ? missing([key]) : undefined
    },

    async getMany(keys, options) {
      return answerMany(keys, await readMany(keys, options), present)
    },

    async has(key, options) {
      return (await read(key, options)) !== undefined
    },

    async ttl(key, options) {
      return (await answerMany([key], [await read(key, options)], timed))[0]
    },

    async ttlMany(keys, options) {
      return answerMany(keys, await readMany(keys, options), timed)
    },

    async put(key, value, options) {
      const expiresAt = expiry(options)
      const record = recordOf(key, value)
      await store.commit([put(key, record instanceof Promise ? await record : record, expiresAt)], options)
    },

    async putMany(values, options) {
      const expiresAt = expiry(options)
      const pairs = Symbol.iterator in values ? [...values] : Object.entries(values)
      const made = pairs.map(([key, value]) => recordOf(key, value))
      const records = made.some((record) => record instanceof Promise)
        ? await Promise.all(made)
        : (made as JsonObject[])
      await store.commit(
        pairs.map(([key], index) => put(key, records[index]!, expiresAt)),
        options,
      )
    },

    async create(key, value, options) {
      const expiresAt = expiry(options)
      const record = recordOf(key, value)
      const absent: Change = { type: 'check', at: address(key), version: null }
      const own = record instanceof Promise ? await record : record
      return (await store.commit([absent, put(key, own, expiresAt)], options)).ok
    },

    async update(key, change, options) {
      if (options?.ttl !== undefined) assertTtl(options.ttl)
      return retryConflicts<T | undefined>(
        async () => {
          const entry = await read(key, options)
          if (entry === undefined && raiseOnMissing) missing([key])
          const current = entry && (await present(entry))
          const next = await change(current)
          if (next === undefined) return current
          const record = await form.toRecord(key, next)
          const expiresAt = options?.ttl === undefined && entry ? entry.expiresAt : expiry(options)
          const check: Change = { type: 'check', at: address(key), version: entry?.version ?? null }
          const result = await store.commit([check, put(key, record, expiresAt)], options)
          return result.ok ? form.toValue(key, record) : conflicted
        },
        `The value under ${key} in ${name}`,
        options,
      )
    },

    async touch(key, options) {
      const expiresAt = expiry(options)
      return retryConflicts(
        async () => {
          const entry = await read(key, options)
          if (entry === undefined) return false
          const check: Change = { type: 'check', at: address(key), version: entry.version }
          return (await store.commit([check, put(key, entry.value, expiresAt)], options)).ok || conflicted
        },
        `The value under ${key} in ${name}`,
        options,
      )
    },

    async delete(key, options) {
      return (await remove([key], options)) === 1
    },

    deleteMany: remove,

    keys: (options = {}) => page(options, (entry) => entry.key),
    page: (options = {}) => page(options, item),

    async *scan(options = {}) {
      if (!seeded.done) await seeded.run()
      for await (const entry of scan(store, name, options)) yield item(entry)
    },

    async clear(options) {
      if (!seeded.done) await seeded.run()
      return clear(options)
    },

    async destroy(options) {
      const count = await clear(options)
      await store.commit([{ type: 'delete', at: seedMark(name) }], options)
      seeded.forget()
      return count
    },
  }
}
