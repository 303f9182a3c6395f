import { manualClock } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisRateLimiter } from '../src/index.ts'

const redis = await service('redis')

describe.skipIf(!redis.available)('a rate limiter on Redis', () => {
  test('counts for all processes together, refills with time, and answers when to come again', async () => {
    const { url, name: namespace } = await redis.open()
    const start = Date.now()
    const clock = manualClock(start)
    const options = { url, namespace, capacity: 2, refillPerSecond: 4, clock }
    await using one = await redisRateLimiter(options)
    await using other = await redisRateLimiter(options)
    expect(await one.take('a')).toEqual({ allowed: true, remaining: 1, resetAt: start + 250 })
    expect(await other.take('a')).toEqual({ allowed: true, remaining: 0, resetAt: start + 500 })
    expect(await one.take('a')).toEqual({ allowed: false, remaining: 0, resetAt: start + 250 })
    expect(await one.take('b', 2)).toMatchObject({ allowed: true, remaining: 0 })
    clock.advance(250)
    expect(await other.take('a')).toMatchObject({ allowed: true, remaining: 0 })
    clock.set(start - 60_000)
    expect(await one.take('a')).toMatchObject({ allowed: false })
  })

  test('lets exactly as many pass as there are tokens, however many ask at once', async () => {
    const { url, name: namespace } = await redis.open()
    const clock = manualClock(Date.now())
    await using limiter = await redisRateLimiter({ url, namespace, capacity: 10, refillPerSecond: 1, clock })
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => limiter.take('a')))
    expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(10)
  })

  test('leaves nothing behind for good, and refuses what makes no sense', async () => {
    const { url, name: namespace } = await redis.open()
    await using limiter = await redisRateLimiter({ url, namespace, capacity: 10, refillPerSecond: 1 })
    await limiter.take('a', 10)
    const client = await createClient({ url }).connect()
    const life = await client.pTTL(`${namespace}:bucket:a`)
    expect(life).toBeGreaterThan(9_000)
    expect(life).toBeLessThan(80_000)
    client.destroy()
    await expect(limiter.take('a', 11)).rejects.toMatchObject({ code: 'INVALID' })
    await expect(redisRateLimiter({ url, capacity: 0, refillPerSecond: 1 })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
    })
  })
})
