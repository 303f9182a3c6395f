import type { Clock, Store } from '@threadkeep/core'
import { stack } from '@threadkeep/core'
import type { KeyMaterial, Logger, Statistics } from '@threadkeep/wrappers'
import {
  withCache,
  withCompression,
  withEncryption,
  withLimitSize,
  withLogging,
  withRetry,
  withStatistics,
  withTtlClamp,
} from '@threadkeep/wrappers'
import { maxTtl } from './smart-ttl.ts'

/** The two tiers and what watches them. */
export interface PriceStoresOptions {
  readonly disk: Store
  readonly memory: Store
  /** The memory tier serves other processes too. */
  readonly shared: boolean
  readonly onWrite: 'invalidate' | 'update'
  readonly statistics: Statistics
  readonly key?: KeyMaterial | undefined
  readonly logger?: Logger | undefined
  readonly clock: Clock
}

/** `disk`: the truth. `store`: the same behind the memory tier. The first wrapper is innermost. */
export function priceStores(options: PriceStoresOptions): { readonly disk: Store; readonly store: Store } {
  const { statistics, key, logger, clock, memory, shared, onWrite } = options
  const disk = stack(options.disk, [
    withStatistics({ statistics, layer: 'disk' }),
    withTtlClamp({ maxTtl, clock }),
    ...(key ? [withEncryption({ keys: { main: key } })] : []),
    withCompression(),
    withLimitSize({ maxSizeBytes: 1024 * 1024 }),
    withRetry({ maxRetries: 3, baseDelay: 0.1, clock }),
    withLogging(logger ? { logger } : { level: 'off' }),
  ])
  const cache = withCache({ cache: memory, ttl: 300, shared, onWrite, statistics, layer: 'cache', clock })
  return { disk, store: cache(disk) }
}
