// Prices in two tiers: stored, read, promoted, counted. See README.md for what it can be pointed at.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTradingCache } from './open-cache.ts'

const directory = process.env['CACHE_DIR'] ?? join(tmpdir(), 'threadkeep-trading-cache')
try {
  const cache = await openTradingCache(directory, process.env, console)
  console.log(`Prices are kept in ${directory}.\n`)

  const id = await cache.storePrice('AAPL', 150.25, 1_000_000, { ttl: 3600 })
  await cache.storePrice('AAPL', 149.9, 5_000, { ttl: 3600, at: new Date(Date.now() - 60_000) })
  await cache.storePrice('MSFT', 410.5, 250_000)

  const price = await cache.getPrice('AAPL', id)
  console.log(`\nAAPL: $${price?.price} (volume: ${price?.volume}), from disk`)
  console.log(`AAPL: $${(await cache.getPrice('AAPL', id))?.price}, from memory: nothing is logged`)
  console.log(`Latest AAPL: $${(await cache.getLatestPrice('AAPL'))?.price}, although an older quote came in later`)
  console.log(`Latest within a second: ${(await cache.getLatestPrice('MSFT', { maxAge: 1 }))?.price}\n`)

  console.log(`Warmed up: ${await cache.warmCache(['AAPL', 'MSFT', 'NONE'])} symbols`)
  for (let n = 0; n < 10; n++) await cache.getLatestPrice('AAPL')

  const points = Array.from({ length: 1000 }, (_, n) => {
    return { timestamp: new Date(Date.UTC(2026, 0, 2, 9, 30, n)).toISOString(), price: 150 + n / 100, volume: 100 }
  })
  await cache.storeSeries('AAPL', '2026-01-02', points)
  console.log(`\nA day of ${(await cache.getSeries('AAPL', '2026-01-02'))?.length} quotes, stored compressed`)

  console.log(`Removed ${await cache.removeOlderThan(86_400)} prices older than a day`)
  const { hitRatePercent, totalGets, cacheHits, cacheMisses } = cache.getCacheStatistics()
  console.log(
    `\nHit rate: ${hitRatePercent}%\nTotal gets: ${totalGets}\nCache hits: ${cacheHits}\nCache misses: ${cacheMisses}\n`,
  )
  console.log(cache.prometheus().split('\n').slice(0, 8).join('\n'))
  await cache.cleanup()
} catch (error) {
  // What is set wrongly, or not running, says so in a sentence; anything else is a fault, and shows where.
  const { code, message } = error as { readonly code?: string; readonly message: string }
  console.error(
    code === undefined
      ? error
      : `${message}\nCACHE_DIR, REDIS_URL and CACHE_KEY say where prices are kept, and how: see README.md.`,
  )
  process.exit(1)
}
