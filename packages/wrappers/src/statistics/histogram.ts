/** How long calls took, in milliseconds. Quantiles are exact to within a factor of two, and never above `max`. */
export interface LatencyStatistics {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Counts durations in buckets that double from one microsecond: constant memory, whatever the traffic. */
export interface Histogram {
  /** `weight`: for how many calls this one stands. */
  record(millis: number, weight?: number): void
  snapshot(): LatencyStatistics
  /** How many calls took at most each bound, as Prometheus wants it: bounds in seconds. */
  cumulative(): readonly { readonly seconds: number; readonly count: number }[]
  readonly count: number
  readonly sumSeconds: number
  reset(): void
}

const bucketCount = 27 // the last bound is 2^26 µs, a little over a minute
const exported = 2 // every second bound is enough for a dashboard

/** An empty histogram. */
export function createHistogram(): Histogram {
  const buckets = new Float64Array(bucketCount)
  let count = 0
  let sum = 0
  let max = 0

  const quantile = (q: number): number => {
    const rank = q * count
    let below = 0
    for (let i = 0; i < bucketCount; i++) {
      const inside = buckets[i]!
      if (inside > 0 && below + inside >= rank) {
        const low = i === 0 ? 0 : 2 ** (i - 1)
        const micros = low + (2 ** i - low) * ((rank - below) / inside)
        return Math.min(max, micros / 1000)
      }
      below += inside
    }
    return max
  }

  return {
    record(millis, weight = 1) {
      const micros = Math.ceil(millis * 1000)
      const index = micros <= 1 ? 0 : 32 - Math.clz32(micros - 1)
      buckets[index < bucketCount && micros < 2 ** 31 ? index : bucketCount - 1]! += weight
      count += weight
      sum += millis * weight
      if (millis > max) max = millis
    },
    snapshot: () => ({
      count,
      mean: count === 0 ? 0 : sum / count,
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max,
    }),
    cumulative() {
      const bounds: { seconds: number; count: number }[] = []
      let below = 0
      // The last bucket also holds what took longer than its bound, so its bound is never exported.
      for (let i = 0; i < bucketCount - 1; i++) {
        below += buckets[i]!
        if (i % exported === 0) bounds.push({ seconds: 2 ** i / 1e6, count: below })
      }
      return bounds
    },
    get count() {
      return count
    },
    get sumSeconds() {
      return sum / 1000
    },
    reset() {
      buckets.fill(0)
      count = 0
      sum = 0
      max = 0
    },
  }
}
