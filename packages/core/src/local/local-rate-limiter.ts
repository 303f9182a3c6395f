import type { RateLimit, RateLimiter } from '../ports/rate-limiter.ts'
import type { Clock } from '../store/clock.ts'
import { systemClock } from '../store/clock.ts'
import type { Millis } from '../store/types.ts'
import { assertCost, assertRateLimit, rateVerdict } from './rate-limit.ts'

interface Bucket {
  readonly tokens: number
  readonly at: Millis
}

/** A rate limiter within one process. It remembers only those whose buckets are not full. */
export function localRateLimiter(options: RateLimit & { readonly clock?: Clock }): RateLimiter {
  const { clock = systemClock, ...limit } = options
  assertRateLimit(limit)
  const { capacity, refillPerSecond } = limit
  // Least recently used first: the first is the fullest, or nearly so.
  const buckets = new Map<string, Bucket>()

  const refilled = ({ tokens, at }: Bucket, now: Millis): number =>
    Math.min(capacity, tokens + (Math.max(0, now - at) * refillPerSecond) / 1000)

  const forgetFull = (now: Millis): void => {
    let looked = 0
    for (const [key, bucket] of buckets) {
      if (++looked > 2 || refilled(bucket, now) < capacity) return
      buckets.delete(key)
    }
  }

  const close = async (): Promise<void> => buckets.clear()
  return {
    name: 'local',
    async take(key, cost = 1) {
      assertCost(cost, limit)
      const now = clock.now()
      forgetFull(now)
      const bucket = buckets.get(key)
      const tokens = bucket ? refilled(bucket, now) : capacity
      const allowed = tokens >= cost
      const left = allowed ? tokens - cost : tokens
      buckets.delete(key)
      buckets.set(key, { tokens: left, at: Math.max(now, bucket?.at ?? now) })
      return rateVerdict(allowed, left, cost, now, limit)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
