import type { Clock, Store } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import { redisStore } from '@threadkeep/store-redis'
import { sqliteStore } from '@threadkeep/store-sqlite'
import type { KeyMaterial, Logger, Statistics } from '@threadkeep/wrappers'
import {
  withCache,
  withEncryption,
  withLimitSize,
  withLogging,
  withRetry,
  withStatistics,
  withTtlClamp,
} from '@threadkeep/wrappers'

/** Messages leave after a day, whatever their sender asks for. */
export const maxTtl = 86_400

/** Where the environment wants messages to be kept: in Redis, in a file, or in memory. */
export async function openStore(env: NodeJS.ProcessEnv): Promise<Store> {
  if (env['REDIS_URL']) return redisStore({ url: env['REDIS_URL'], namespace: env['REDIS_NAMESPACE'] ?? 'chat-app' })
  if (env['CHAT_FILE']) return sqliteStore({ path: env['CHAT_FILE'] })
  return memoryStore()
}

/** What `chatStore` needs beside the store. */
export interface ChatStoreOptions {
  readonly statistics: Statistics
  readonly key?: KeyMaterial | undefined
  readonly logger?: Logger | undefined
  readonly clock: Clock
}

/** The store the chat talks to. The first wrapper is innermost; the last one receives every call first. */
export function chatStore(base: Store, { statistics, key, logger, clock }: ChatStoreOptions): Store {
  const remote = base.name !== 'memory'
  return stack(base, [
    withStatistics({ statistics, layer: 'messages' }),
    withTtlClamp({ maxTtl, clock }),
    ...(key ? [withEncryption({ keys: { main: key } })] : []),
    withLimitSize({ maxSizeBytes: 64 * 1024 }),
    // What follows pays off where a call can fail or takes a while.
    ...(remote
      ? [
          withRetry({ maxRetries: 3, baseDelay: 0.1, clock }),
          withCache({ cache: memoryStore({ maxSize: 1000, clock }), ttl: 60, clock, statistics }),
        ]
      : []),
    withLogging(logger ? { logger } : { level: 'off' }),
  ])
}
