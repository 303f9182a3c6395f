import type { Address, Change, Clock, Entry, Millis, Store, Version } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import { addressKey } from '../address-key.ts'
import { decodeCached, encodeCached, encodeGone } from './cached-record.ts'
import { createLanes } from './lanes.ts'

/** What the cache knows of one address. */
export type Lookup =
  | { readonly hit: true; readonly entry: Entry | undefined }
  /** `seen` is the state of the cache record, for `fill`; undefined forbids to fill. */
  | { readonly hit: false; readonly seen: Version | null | undefined }

const miss: Lookup = { hit: false, seen: undefined }

/** What the inner store answered, on its way into the cache. */
export interface Fill {
  readonly at: Address
  readonly entry: Entry | undefined
  readonly seen: Version | null
  /** When the read began: what it answered is as old as that. */
  readonly since: Millis
  /** Asked just before writing: false when something was written since the read began. */
  readonly isCurrent: () => boolean
}

/** How a tier keeps records. Durations are in milliseconds. */
export interface CacheTierOptions {
  readonly cache: Store
  readonly ttl: Millis
  readonly negativeTtl: Millis
  readonly jitter: number
  readonly shared: boolean
  readonly clock: Clock
  readonly random: () => number
  readonly onError: (error: unknown) => void
}

/** The cache store, used so that no failure of it ever reaches a caller or leaves a stale record behind. */
export interface CacheTier {
  /** Never rejects: what cannot be looked up is a miss. */
  lookup(at: readonly Address[]): Promise<readonly Lookup[]>
  fill(fills: readonly Fill[]): void
  /** Until the answer is called, these addresses are looked up by nobody, and nothing that is read of them is kept. */
  block(keys: readonly string[]): () => void
  /**
   * From this call on nothing that was cached before is answered for these addresses. Answers when the cache store knows
   * it too. `hold`: what is read in the next seconds is not kept either.
   */
  forget(at: readonly Address[], hold?: boolean): Promise<void>
  /** As `forget`, with the new state of each record, written by a commit that began at `since`. */
  replace(entries: readonly Entry[], since: Millis): Promise<void>
  /** From this call on nothing that was cached before is answered for any address. */
  forgetAll(): void
  /** Answers when everything under way has reached the cache store. */
  drain(): Promise<void>
}

/**
 * How long a tombstone lives, and how long a read may take before its answer is too old to be kept. Tombstones outlive
 * reads, so a reader in another process notices a write that happened while it read.
 */
export const patience: Millis = 10_000

const fillsPerCommit = 1000

/** A tier over a cache store. */
export function createCacheTier(options: CacheTierOptions): CacheTier {
  const { cache, ttl, negativeTtl, jitter, shared, clock, random, onError } = options
  const lanes = createLanes()
  // Addresses that are being written, or whose invalidation is on its way to the cache store.
  const blocked = new Map<string, number>()
  let trustedAfter = -Infinity

  const forgetAll = () => {
    trustedAfter = clock.now()
  }

  /** Whatever the cache store holds now, or comes to hold by a late write: nothing of it is believed. */
  const failed = (error: unknown) => {
    forgetAll()
    onError(error)
  }

  const read = (at: Address, kept: Entry | undefined): Lookup => {
    if (!kept) return { hit: false, seen: null }
    const cached = decodeCached(at, kept.value)
    if (cached?.state === 'gone') return { hit: false, seen: cached.hold ? undefined : kept.version }
    if (!cached || cached.cachedAt <= trustedAfter) return { hit: false, seen: kept.version }
    if (cached.state === 'absent') return { hit: true, entry: undefined }
    // Whether a record has expired is the inner store's to say.
    if ((cached.entry.expiresAt ?? Infinity) <= clock.now()) return { hit: false, seen: kept.version }
    return { hit: true, entry: cached.entry }
  }

  const put = (at: Address, entry: Entry | undefined, since: Millis): Change | undefined => {
    const now = clock.now()
    const life = (entry ? ttl : negativeTtl) * (1 - jitter * random())
    const expiresAt = Math.floor(Math.min(now + life, entry?.expiresAt ?? Infinity))
    return expiresAt > now ? { type: 'put', at, value: encodeCached(entry, since), expiresAt } : undefined
  }

  const invalidate = (at: Address, hold: boolean): Change =>
    shared || hold
      ? { type: 'put', at, value: encodeGone(hold), expiresAt: Math.ceil(clock.now() + patience) }
      : { type: 'delete', at }

  const block = (keys: readonly string[]) => {
    for (const key of keys) blocked.set(key, (blocked.get(key) ?? 0) + 1)
    return () => {
      for (const key of keys) {
        const left = blocked.get(key)! - 1
        if (left > 0) blocked.set(key, left)
        else blocked.delete(key)
      }
    }
  }

  /** Blocks the addresses until the cache store has the changes. */
  const write = async (at: readonly Address[], changes: () => readonly Change[]) => {
    const keys = at.map(addressKey)
    const release = block(keys)
    await lanes.run(keys, async () => {
      try {
        await cache.commit(changes())
      } catch (error) {
        failed(error)
      }
      release()
    })
  }

  const fillSome = (fills: readonly Fill[]) =>
    lanes.run(
      fills.map(({ at }) => addressKey(at)),
      async () => {
        const changes: Change[] = []
        for (const { at, entry, seen, since, isCurrent } of fills) {
          const change = isCurrent() ? put(at, entry, since) : undefined
          if (!change) continue
          // Another process may have written since: then its mark is there, and this fill does not happen.
          if (shared) changes.push({ type: 'check', at, version: seen })
          changes.push(change)
        }
        if (changes.length > 0)
          await cache.commit(changes).catch((error) => (isRefusal(error) ? onError : failed)(error))
      },
    )

  return {
    async lookup(at) {
      const open = blocked.size === 0 ? at : at.filter((address) => !blocked.has(addressKey(address)))
      if (open.length === 0) return at.map(() => miss)
      let kept: readonly (Entry | undefined)[]
      try {
        kept = await cache.get(open)
      } catch (error) {
        onError(error)
        return at.map(() => miss)
      }
      if (open.length === at.length) return at.map((address, i) => read(address, kept[i]))
      const found = new Map(open.map((address, i) => [address, read(address, kept[i])]))
      return at.map((address) => found.get(address) ?? miss)
    },
    fill(fills) {
      for (let i = 0; i < fills.length; i += fillsPerCommit) void fillSome(fills.slice(i, i + fillsPerCommit))
    },
    forget: (at, hold = false) => write(at, () => at.map((address) => invalidate(address, hold))),
    async replace(entries, since) {
      const at = entries.map(({ collection, key }) => ({ collection, key }))
      await write(at, () => entries.map((entry, i) => put(at[i]!, entry, since) ?? invalidate(at[i]!, false)))
    },
    block,
    forgetAll,
    drain: lanes.drain,
  }
}

/** Whether the cache store has certainly not written, and never will: such a value is just not cacheable. */
function isRefusal(error: unknown): boolean {
  return isThreadkeepError(error) && !error.maybeCommitted && !error.retryable
}
