import type { Clock, RateLimit, RateLimiter } from '@threadkeep/core'
import { assertCost, assertRateLimit, rateVerdict } from '@threadkeep/core'
import { systemClock } from '@threadkeep/core/store'
import type { ConnectionOptions } from './connection.ts'
import { connect } from './connection.ts'
import { layout } from './layout.ts'
import { takeScript } from './scripts.ts'

/** What a rate limiter on Redis allows, and where it keeps count. */
export interface RedisRateLimiterOptions extends ConnectionOptions, RateLimit {
  /** What the keys of its buckets start with. Limiters of one namespace share their buckets. Default `threadkeep`. */
  readonly namespace?: string
  readonly clock?: Clock
}

/** A rate limiter that all processes share. A bucket that is full again leaves the server by itself. */
export async function redisRateLimiter(options: RedisRateLimiterOptions): Promise<RateLimiter> {
  const { capacity, refillPerSecond, namespace = 'threadkeep', clock = systemClock } = options
  const limit = { capacity, refillPerSecond }
  assertRateLimit(limit)
  const names = layout(namespace)
  const connection = await connect(options)
  const close = (): Promise<void> => connection.close()
  return {
    name: 'redis',
    async take(key, cost = 1) {
      assertCost(cost, limit)
      const now = clock.now()
      const args = [now, capacity, refillPerSecond / 1000, cost].map(String)
      const [allowed, tokens] = await connection.run<[number, string]>(takeScript, [names.bucket(key)], args, 'read')
      return rateVerdict(allowed === 1, Number(tokens), cost, now, limit)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
