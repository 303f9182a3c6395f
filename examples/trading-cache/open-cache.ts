import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { redisStore } from '@threadkeep/store-redis'
import { sqliteStore } from '@threadkeep/store-sqlite'
import type { Logger } from '@threadkeep/wrappers'
import type { TradingCache } from './trading-cache.ts'
import { createTradingCache } from './trading-cache.ts'

/** Opens a price cache as the environment wants it: prices in `directory`, and in front of it memory, or Redis. */
export async function openTradingCache(
  directory: string,
  env: NodeJS.ProcessEnv,
  logger?: Logger,
): Promise<TradingCache> {
  await mkdir(directory, { recursive: true })
  const disk = await sqliteStore({ path: join(directory, 'prices.db') })
  const url = env['REDIS_URL']
  const namespace = env['REDIS_NAMESPACE'] ?? 'trading-cache'
  return createTradingCache({
    disk,
    ...(url && { memory: await redisStore({ url, namespace, role: 'cache' }), shared: true }),
    ...(logger && { logger }),
    key: env['CACHE_KEY'],
  })
}
