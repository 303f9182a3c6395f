import type { Address, Change, Entry, JsonObject, Store } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core'
import type { Price } from './price.ts'

/** The collection that holds the prices of a symbol, in the order of their quotes. */
export function pricesOf(symbol: string): string {
  return `prices:${symbol}`
}

/** Where a copy of the latest price of a symbol stands, at hand for every reader. */
export function latestOf(symbol: string): Address {
  return { collection: 'latest', key: symbol }
}

/** Prices, and for each symbol a copy of the latest. */
export interface LatestPrices {
  /** Stores a price. The latest is the one quoted last, in whatever order prices arrive. */
  add(price: Price, expiresAt: number): Promise<void>
  /** The latest price that has not expired. */
  get(symbol: string): Promise<Entry | undefined>
}

const attempts = 100

/**
 * The copy changes in the commit that stores a newer price, and expires with that price; then the order of the prices
 * tells which one is the latest now. What is decided is decided on the disk tier; the memory tier learns of each write.
 */
export function createLatestPrices(disk: Store, store: Store): LatestPrices {
  const newest = async (symbol: string): Promise<Entry | undefined> =>
    (await disk.list(pricesOf(symbol), { reverse: true, limit: 1 }))[0]

  return {
    async add(price, expiresAt) {
      const { id, symbol } = price
      const own = { collection: pricesOf(symbol), key: id }
      const at = latestOf(symbol)
      for (let attempt = 0; attempt < attempts; attempt++) {
        const [copy] = await disk.get([at])
        const known = copy ?? (await newest(symbol))
        const changes: Change[] = [{ type: 'put', at: own, value: price, expiresAt }]
        if (!known || id > idOf(known)) {
          changes.push(
            { type: 'check', at, version: copy?.version ?? null },
            { type: 'put', at, value: price, expiresAt },
          )
        }
        if ((await store.commit(changes)).ok) return
      }
      throw new ThreadkeepError('CONFLICT', `Too many prices of ${symbol} at once. Try again.`, { retryable: true })
    },
    async get(symbol) {
      const at = latestOf(symbol)
      const [copy] = await store.get([at])
      if (copy) return copy
      const found = await newest(symbol)
      // A copy for the next reader, unless a newer price, or the end of this one, came first.
      if (found) await store.commit([unchanged(found), { type: 'check', at, version: null }, copyTo(at, found)])
      return found
    },
  }
}

function idOf(entry: Entry): string {
  return (entry.value as JsonObject & Price).id
}

function unchanged({ collection, key, version }: Entry): Change {
  return { type: 'check', at: { collection, key }, version }
}

function copyTo(at: Address, { value, expiresAt }: Entry): Change {
  return expiresAt === undefined ? { type: 'put', at, value } : { type: 'put', at, value, expiresAt }
}
