import type { LiveBus } from '@threadkeep/core'
import type {
  Address,
  CallOptions,
  Change,
  Clock,
  CommitResult,
  Entry,
  Store,
  Version,
  Wrapper,
} from '@threadkeep/core/store'
import {
  assertChanges,
  forward,
  isThreadkeepError,
  systemClock,
  ThreadkeepError,
  takeAddresses,
  throwIfAborted,
} from '@threadkeep/core/store'
import { abortable } from './abortable.ts'
import { addressKey } from './address-key.ts'
import { createCacheTier } from './cache/cache-tier.ts'
import { createFlights } from './cache/flights.ts'
import { followHints } from './cache/invalidation-hints.ts'
import { createWriteWatch } from './cache/write-watch.ts'
import { copyChanges } from './copy-changes.ts'
import { requireChoice, requireNumber } from './options.ts'
import type { Statistics } from './statistics/statistics.ts'

/** How records are kept in front of a store. Durations are in seconds. */
export interface CacheOptions {
  /** Where copies are kept, in collections of the same names. Closing the wrapped store closes it too. */
  readonly cache: Store
  /** Longest life of a copy. Never longer than the record itself lives. Default 60. */
  readonly ttl?: number
  /** How long it is remembered that a record does not exist. 0 never remembers. Default 5. */
  readonly negativeTtl?: number
  /** Each life is shortened by a random part of up to this share, so that copies do not end all at once. Default 0.1. */
  readonly jitter?: number
  /** After a write: `invalidate` (default) lets the next read fetch the record, `update` keeps what was written. */
  readonly onWrite?: 'invalidate' | 'update'
  /** The cache store serves other processes too, such as one Redis for all. Default false: it is this process's own. */
  readonly shared?: boolean
  /** False: only writes concern the cache, and every read goes to the store. For processes that must see what is stored now, beside others that share the cache. Default true. */
  readonly reads?: boolean
  /** Tells other processes, each with a cache of its own, what was written, and listens to them. */
  readonly bus?: LiveBus
  /** The topic on the bus: one for all caches in front of the same store. Default `cache`. */
  readonly topic?: string
  /** Counts hits and misses, as the layer `cache` unless named otherwise. */
  readonly statistics?: Statistics
  readonly layer?: string
  /** Told of every failure of cache and bus: they are never the caller's. */
  readonly onError?: (error: unknown) => void
  readonly clock?: Clock
  /** 0 up to 1. */
  readonly random?: () => number
}

/**
 * Answers `get` from a cache store where it can, and keeps there what it had to fetch. Versions, expiry and checks are
 * those of the wrapped store, always. After a write was answered, no read through this wrapper sees the state before it;
 * other processes see it after a hint on the bus, at once with a shared cache, and in any case after `ttl`. A failure of the cache
 * costs speed, never an answer. Concurrent reads of one record are one read.
 */
export function withCache(options: CacheOptions): Wrapper {
  const {
    cache,
    shared = false,
    reads = true,
    bus,
    topic = 'cache',
    clock = systemClock,
    random = Math.random,
  } = options
  const { statistics, layer = 'cache', onError = () => {} } = options
  const ttl = requireNumber('withCache ttl', options.ttl ?? 60) * 1000
  const negativeTtl = requireNumber('withCache negativeTtl', options.negativeTtl ?? 5, { min: 0 }) * 1000
  const jitter = requireNumber('withCache jitter', options.jitter ?? 0.1, { min: 0, max: 1 })
  const update =
    requireChoice('withCache onWrite', options.onWrite ?? 'invalidate', ['invalidate', 'update']) === 'update'
  if (shared && update) {
    throw misconfigured(
      "a shared cache cannot be updated on write, because processes cannot tell who wrote last. Use 'invalidate'.",
    )
  }
  if (shared && bus) throw misconfigured('a shared cache needs no bus: it is invalidated for all processes at once.')

  return (inner) => {
    const counts = statistics?.layer(layer)
    const tier = createCacheTier({ cache, ttl, negativeTtl, jitter, shared, clock, random, onError })
    const flights = createFlights(inner, clock, tier.fill)
    const writes = createWriteWatch()
    let closed = false
    // Counts writes that began, here or as far as is known elsewhere.
    let epoch = 0

    const forgetAll = () => {
      epoch++
      tier.forgetAll()
      flights.detachAll()
      writes.disturbAll()
    }
    const forget = (at: readonly Address[], hold = false): Promise<void> => {
      flights.detach(at.map(addressKey))
      return tier.forget(at, hold)
    }
    const hints =
      bus &&
      followHints(bus, topic, {
        onGap: forgetAll,
        onError,
        onWritten(at) {
          epoch++
          writes.disturb(at.map(addressKey))
          void forget(at)
        },
      })

    const count = (at: Address, hit: boolean) => {
      if (!counts) return
      for (const counters of [counts.total, counts.of(at.collection)]) {
        counters.gets++
        if (hit) counters.hits++
        else counters.misses++
      }
    }

    const get = async (at: readonly Address[], callOptions?: CallOptions): Promise<readonly (Entry | undefined)[]> => {
      throwIfAborted(callOptions)
      const own = takeAddresses(at)
      if (!reads || closed || own.length === 0 || hints?.heard === false) return inner.get(own, callOptions)
      const begun = epoch
      const lookups = await abortable(tier.lookup(own), callOptions?.signal)
      const missing = []
      for (let i = 0; i < own.length; i++) {
        const lookup = lookups[i]!
        count(own[i]!, lookup.hit)
        if (!lookup.hit) missing.push({ at: own[i]!, seen: lookup.seen })
      }
      const loaded = missing.length > 0 ? await abortable(flights.load(missing), callOptions?.signal) : []
      // Copies and fresh records side by side could show half of a commit that began since.
      if (own.length > 1 && missing.length < own.length && epoch !== begun) return inner.get(own, callOptions)
      let next = 0
      return lookups.map((lookup) => (lookup.hit ? lookup.entry : loaded[next++]))
    }

    /** Tells everybody that these records are no longer what they were. Nothing stale is answered from here on. */
    const announce = async (written: readonly Address[], keep: readonly Entry[], since: number, hold = false) => {
      if (written.length === 0) return
      hints?.tell(written)
      const kept = new Set(keep.map(addressKey))
      const done = [
        forget(
          written.filter((at) => !kept.has(addressKey(at))),
          hold,
        ),
      ]
      if (keep.length > 0) {
        flights.detach([...kept])
        done.push(tier.replace(keep, since))
      }
      // Only another process can still see the old copies, and only in a cache that it shares.
      if (shared) await Promise.all(done)
    }

    const commit = async (changes: readonly Change[], callOptions?: CallOptions): Promise<CommitResult> => {
      const own = update ? copyChanges(changes) : checkedChanges(changes)
      const last = lastWrites(own)
      const keys = [...last.keys()]
      const written = [...last.values()].map(({ at }) => at)
      const since = clock.now()
      const end = writes.begin(keys)
      const release = tier.block(keys)
      epoch++
      let result: CommitResult
      try {
        result = await inner.commit(own, callOptions)
      } catch (error) {
        end()
        // It may still happen, some time later: until then nothing about these records is worth keeping.
        if (!isThreadkeepError(error) || error.maybeCommitted) await announce(written, [], since, true)
        release()
        throw error
      }
      const undisturbed = end()
      if (result.ok) {
        const { version } = result
        const keep = update ? keys.flatMap((key, i) => (undisturbed[i] ? entryOf(last.get(key)!, version) : [])) : []
        await announce(written, keep, since)
      } else {
        // What the checks relied on may have come from the cache; the next attempt must read anew.
        const stale = forget(own.filter(({ type }) => type === 'check').map(({ at }) => at))
        if (shared) await stale
      }
      release()
      return result
    }

    const close = async () => {
      closed = true
      hints?.close()
      await tier.drain()
      await Promise.all([inner.close(), cache.close().catch(onError)])
    }
    return forward(inner, { get, commit, close })
  }
}

function checkedChanges(changes: readonly Change[]): readonly Change[] {
  assertChanges(changes)
  return changes
}

/** What each record is after the commit: its last write. */
function lastWrites(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const last = new Map<string, Change>()
  for (const change of changes) if (change.type !== 'check') last.set(addressKey(change.at), change)
  return last
}

/** The record that a put has made. */
function entryOf(change: Change, version: Version): readonly Entry[] {
  if (change.type !== 'put') return []
  const { at, value, expiresAt } = change
  const { collection, key } = at
  return [
    expiresAt === undefined ? { collection, key, value, version } : { collection, key, value, version, expiresAt },
  ]
}

function misconfigured(why: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', `withCache: ${why}`)
}
