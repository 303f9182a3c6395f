import type { Change, Clock, Store } from '@threadkeep/core'
import { collection, isEnumerable, isSweepable, memoryStore, systemClock, ThreadkeepError } from '@threadkeep/core'
import type { KeyMaterial, Logger } from '@threadkeep/wrappers'
import { createStatistics, warm } from '@threadkeep/wrappers'
import { createLatestPrices, latestOf, pricesOf } from './latest-prices.ts'
import type { Point, Price } from './price.ts'
import { parsePrice, parseSymbol, priceSchema, seriesSchema } from './price.ts'
import { createPriceIds, idPrefix } from './price-ids.ts'
import { priceStores } from './price-stores.ts'
import { createReadMeter, smartTtl } from './smart-ttl.ts'

/** How a price cache is set up. */
export interface TradingCacheOptions {
  /** The tier that lasts. */
  readonly disk: Store
  /** The tier that is fast. Default: the 1,000 prices of each symbol that were used last, in this process. */
  readonly memory?: Store
  /** Say so when the memory tier is one Redis for several processes. */
  readonly shared?: boolean
  /** `invalidate` (default): a price is promoted by its first read. `update`: it is in memory from the start. */
  readonly onWrite?: 'invalidate' | 'update'
  /** Encrypts what is on disk. */
  readonly key?: KeyMaterial | undefined
  readonly logger?: Logger
  readonly clock?: Clock
}

/** How a price is stored. */
export interface StoreOptions {
  /** Seconds to live. Default: what `smartTtl` finds right. */
  readonly ttl?: number
  /** When it was quoted. Default: now. */
  readonly at?: Date
}

/** Which prices to look at: from a time (inclusive) to a time (exclusive). */
export interface HistoryOptions {
  readonly from?: Date
  readonly to?: Date
  /** Default 100. */
  readonly limit?: number
}

/** How well the memory tier works. */
export interface CacheStatistics {
  readonly totalGets: number
  readonly cacheHits: number
  readonly cacheMisses: number
  readonly hitRatePercent: number
  /** Reads that went through to disk. */
  readonly diskReads: number
}

/** Prices by symbol, in two tiers. */
export interface TradingCache extends AsyncDisposable {
  /** Answers the id of the price. */
  storePrice(symbol: string, price: number, volume: number, options?: StoreOptions): Promise<string>
  getPrice(symbol: string, id: string): Promise<Price | undefined>
  /** The price quoted last, unless it is older than `maxAge` seconds. */
  getLatestPrice(symbol: string, options?: { readonly maxAge?: number }): Promise<Price | undefined>
  /** The newest prices of a time, oldest first. */
  history(symbol: string, options?: HistoryOptions): Promise<readonly Price[]>
  /** Keeps many quotes as one compressed value, under a name such as a day. */
  storeSeries(
    symbol: string,
    name: string,
    points: readonly Point[],
    options?: { readonly ttl?: number },
  ): Promise<void>
  getSeries(symbol: string, name: string): Promise<readonly Point[] | undefined>
  /** Reads the latest prices of the symbols into memory. Answers how many there were. */
  warmCache(symbols: Iterable<string>): Promise<number>
  /** Deletes prices that were quoted longer ago, from both tiers. Answers how many. */
  removeOlderThan(seconds: number): Promise<number>
  getCacheStatistics(): CacheStatistics
  /** All counts for Prometheus. */
  prometheus(): string
  /** Frees what expired prices still take up, and closes both tiers. */
  cleanup(): Promise<void>
}

const prefix = pricesOf('')

/** A price cache over two stores, which it closes. */
export function createTradingCache(options: TradingCacheOptions): TradingCache {
  const { clock = systemClock, key, logger, shared = false, onWrite = 'invalidate' } = options
  const memory = options.memory ?? memoryStore({ maxSize: 1000, clock })
  const statistics = createStatistics()
  const { disk, store } = priceStores({
    ...{ disk: options.disk, memory, shared, onWrite, statistics, key, logger, clock },
  })
  const latest = createLatestPrices(disk, store)
  const nextId = createPriceIds(clock)
  const reads = createReadMeter(clock)
  const prices = (symbol: string) => collection(store, pricesOf(symbol), { schema: priceSchema, clock })
  const series = (symbol: string) => collection(store, `series:${symbol}`, { schema: seriesSchema, clock })

  const noteRead = (price: Price | undefined) => {
    if (price) reads.count(price.symbol)
    return price
  }

  /** One page of what is too old, in one commit with the copy of the latest price if that is too old as well. */
  const removeSome = async (name: string, before: string): Promise<number> => {
    const at = latestOf(name.slice(prefix.length))
    for (;;) {
      const old = await disk.list(name, { before, limit: 1000 })
      if (old.length === 0) return 0
      const changes: Change[] = old.map((entry) => ({ type: 'delete', at: { collection: name, key: entry.key } }))
      const [copy] = await disk.get([at])
      if (copy && String(copy.value['id']) < before) {
        changes.push({ type: 'check', at, version: copy.version }, { type: 'delete', at })
      }
      if ((await store.commit(changes)).ok) return old.length
    }
  }

  const cleanup = async () => {
    if (isSweepable(disk)) while ((await disk.sweep(1000)) > 0);
    await store.close()
  }

  return {
    async storePrice(name, price, volume, { ttl, at } = {}) {
      const symbol = parseSymbol(name)
      const now = clock.now()
      const quoted = at?.getTime() ?? now
      const id = nextId(quoted)
      const record = parsePrice({ id, symbol, price, volume, timestamp: new Date(quoted).toISOString() }, 'INVALID')
      const life = ttl ?? smartTtl((now - quoted) / 1000, reads.recent(symbol))
      if (!(life > 0 && Number.isFinite(life))) {
        throw new ThreadkeepError('INVALID_TTL', `A price lives for a number of seconds above 0, not ${life}.`)
      }
      await latest.add(record, Math.ceil(now + life * 1000))
      return id
    },
    getPrice: async (symbol, id) => noteRead(await prices(parseSymbol(symbol)).get(id)),
    async getLatestPrice(name, { maxAge = Infinity } = {}) {
      const entry = await latest.get(parseSymbol(name))
      const price = noteRead(entry && parsePrice(entry.value, 'CORRUPT'))
      return price && clock.now() - Date.parse(price.timestamp) <= maxAge * 1000 ? price : undefined
    },
    async history(symbol, { from, to, limit = 100 } = {}) {
      const bounds = {
        ...(from && { after: idPrefix(from.getTime()) }),
        ...(to && { before: idPrefix(to.getTime()) }),
      }
      const entries = await store.list(pricesOf(parseSymbol(symbol)), { ...bounds, reverse: true, limit })
      return entries.map(({ value }) => parsePrice(value, 'CORRUPT')).reverse()
    },
    storeSeries: async (symbol, name, points, { ttl = smartTtl(Infinity, 0) } = {}) =>
      series(parseSymbol(symbol)).put(name, { points: [...points] }, { ttl }),
    getSeries: async (symbol, name) => (await series(parseSymbol(symbol)).get(name))?.points,
    warmCache: async (symbols) =>
      warm(
        store,
        [...symbols].map((symbol) => latestOf(parseSymbol(symbol))),
      ),
    async removeOlderThan(seconds) {
      if (!isEnumerable(disk)) {
        throw new ThreadkeepError(
          'UNSUPPORTED',
          `${disk.name} cannot name its collections, so old prices cannot be found.`,
        )
      }
      const before = idPrefix(Math.max(0, Math.ceil(clock.now() - seconds * 1000)))
      let removed = 0
      for (let after = prefix; ; ) {
        const names = await disk.collections({ prefix, after, limit: 100 })
        for (const name of names) {
          for (let some = 1; some > 0; removed += some) some = await removeSome(name, before)
        }
        if (names.length < 100) return removed
        after = names.at(-1)!
      }
    },
    getCacheStatistics() {
      const { cache, disk: beneath } = statistics.snapshot()
      return {
        totalGets: cache?.gets ?? 0,
        cacheHits: cache?.hits ?? 0,
        cacheMisses: cache?.misses ?? 0,
        hitRatePercent: cache?.hitRatePercent ?? 0,
        diskReads: beneath?.gets ?? 0,
      }
    },
    prometheus: () => statistics.prometheus(),
    cleanup,
    [Symbol.asyncDispose]: cleanup,
  }
}
