import { describe, expect, test } from 'vitest'
import { manualClock } from '../store/clock.ts'
import { localRateLimiter } from './local-rate-limiter.ts'

const start = 1_700_000_000_000

describe('a local rate limiter', () => {
  test('gives so many at once and then so many a second, to each key its own', async () => {
    const clock = manualClock(start)
    const limiter = localRateLimiter({ capacity: 2, refillPerSecond: 4, clock })
    expect(await limiter.take('a')).toEqual({ allowed: true, remaining: 1, resetAt: start + 250 })
    expect(await limiter.take('a')).toEqual({ allowed: true, remaining: 0, resetAt: start + 500 })
    expect(await limiter.take('a')).toEqual({ allowed: false, remaining: 0, resetAt: start + 250 })
    expect(await limiter.take('b')).toMatchObject({ allowed: true })
    clock.advance(249)
    expect(await limiter.take('a')).toMatchObject({ allowed: false })
    clock.advance(1)
    expect(await limiter.take('a')).toMatchObject({ allowed: true, remaining: 0 })
    clock.advance(3_600_000)
    expect(await limiter.take('a', 2)).toMatchObject({ allowed: true, remaining: 0 })
  })

  test('takes all of a cost or nothing', async () => {
    const limiter = localRateLimiter({ capacity: 5, refillPerSecond: 1, clock: manualClock(start) })
    await limiter.take('a', 3)
    expect(await limiter.take('a', 3)).toEqual({ allowed: false, remaining: 2, resetAt: start + 1_000 })
    expect(await limiter.take('a', 2)).toMatchObject({ allowed: true, remaining: 0 })
  })

  test('loses nothing to a clock that steps back', async () => {
    const clock = manualClock(start)
    const limiter = localRateLimiter({ capacity: 1, refillPerSecond: 1, clock })
    await limiter.take('a')
    clock.set(start - 60_000)
    expect(await limiter.take('a')).toMatchObject({ allowed: false, remaining: 0 })
    clock.set(start + 1_000)
    expect(await limiter.take('a')).toMatchObject({ allowed: true })
  })

  test('refuses limits and costs that make no sense', async () => {
    for (const limit of [
      { capacity: 0, refillPerSecond: 1 },
      { capacity: 1, refillPerSecond: 0 },
      { capacity: Number.NaN, refillPerSecond: 1 },
      { capacity: 1, refillPerSecond: Number.POSITIVE_INFINITY },
    ]) {
      expect(() => localRateLimiter(limit)).toThrow(/rate limit needs/)
    }
    const limiter = localRateLimiter({ capacity: 2, refillPerSecond: 1 })
    for (const cost of [0, -1, 3, Number.NaN]) {
      await expect(limiter.take('a', cost)).rejects.toMatchObject({ code: 'INVALID' })
    }
  })
})
