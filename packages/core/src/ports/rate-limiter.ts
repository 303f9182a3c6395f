import type { Millis } from '../store/types.ts'

/** A bucket that holds `capacity` tokens and gains `refillPerSecond` of them until it is full. */
export interface RateLimit {
  readonly capacity: number
  readonly refillPerSecond: number
}

/** What a limiter says of one call. */
export interface RateVerdict {
  readonly allowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Allowed: when the bucket will be full again. Refused: when the same call will be allowed. */
  readonly resetAt: Millis
}

/** Tells callers apart by `key` and lets each do so much in so much time. */
export interface RateLimiter extends AsyncDisposable {
  readonly name: string
  /** Takes `cost` tokens (default 1) if they are there, all or none. `INVALID` for a cost that no bucket could ever pay. */
  take(key: string, cost?: number): Promise<RateVerdict>
  close(): Promise<void>
}
