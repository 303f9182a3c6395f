import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { RateLimit, RateVerdict } from '../ports/rate-limiter.ts'
import type { Millis } from '../store/types.ts'

/** Refuses a limit by which nothing could ever pass, or everything would. */
export function assertRateLimit({ capacity, refillPerSecond }: RateLimit): void {
  if (!(capacity >= 1 && Number.isFinite(capacity)) || !(refillPerSecond > 0 && Number.isFinite(refillPerSecond))) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `A rate limit needs a capacity from 1 and a refillPerSecond above 0, not ${capacity} and ${refillPerSecond}.`,
    )
  }
}

/** Refuses a cost that no full bucket could pay. */
export function assertCost(cost: number, { capacity }: RateLimit): void {
  if (!(cost > 0 && cost <= capacity)) {
    throw new ThreadkeepError('INVALID', `A cost must be above 0 and at most the capacity of ${capacity}, not ${cost}.`)
  }
}

/** The verdict on a call that found its bucket with `tokens` left after it. */
export function rateVerdict(
  allowed: boolean,
  tokens: number,
  cost: number,
  now: Millis,
  { capacity, refillPerSecond }: RateLimit,
): RateVerdict {
  const missing = allowed ? capacity - tokens : cost - tokens
  const wait = Math.ceil((missing / refillPerSecond) * 1000)
  return { allowed, remaining: Math.floor(tokens), resetAt: now + wait }
}
