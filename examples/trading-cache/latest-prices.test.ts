import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { setUp, start } from './test-cache.ts'

test('the latest price is the one quoted last, in whatever order prices arrive', async () => {
  const { cache, clock } = setUp()
  expect(await cache.getLatestPrice('AAPL')).toBeUndefined()
  await cache.storePrice('AAPL', 3, 1, { at: new Date(start - 1000) })
  await cache.storePrice('AAPL', 2, 1, { at: new Date(start - 2000) })
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 3 })
  clock.advance(1)
  await cache.storePrice('AAPL', 4, 1)
  await cache.storePrice('AAPL', 5, 1)
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 5 })
  await cache.storePrice('MSFT', 9, 1)
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 5 })
})

test('the latest price is the one before when the last has expired', async () => {
  const { cache, clock } = setUp()
  await cache.storePrice('AAPL', 1, 1, { ttl: 100, at: new Date(start - 2000) })
  await cache.storePrice('AAPL', 2, 1, { ttl: 50, at: new Date(start - 1000) })
  await cache.storePrice('AAPL', 3, 1, { ttl: 10 })
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 3 })
  clock.advance(10_000)
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 2 })
  await cache.storePrice('AAPL', 1.5, 1, { ttl: 100, at: new Date(start - 1500) })
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 2 })
  clock.advance(40_000)
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 1.5 })
  clock.advance(60_000)
  expect(await cache.getLatestPrice('AAPL')).toBeUndefined()
})

test('the latest price can be asked not to be old', async () => {
  const { cache, clock } = setUp()
  await cache.storePrice('AAPL', 1, 1)
  clock.advance(5000)
  expect(await cache.getLatestPrice('AAPL', { maxAge: 5 })).toMatchObject({ price: 1 })
  expect(await cache.getLatestPrice('AAPL', { maxAge: 4.999 })).toBeUndefined()
})

test('the latest price is right when a hundred prices arrive at once', async () => {
  const { cache } = setUp()
  const offsets = Array.from({ length: 100 }, (_, n) => (n * 37) % 100)
  await Promise.all(offsets.map((n) => cache.storePrice('AAPL', n, 1, { at: new Date(start + n) })))
  expect(await cache.getLatestPrice('AAPL')).toMatchObject({ price: 99 })
  expect(await cache.history('AAPL')).toHaveLength(100)
})

test('the latest price equals a recount after any sequence of prices, reads, removals and waiting', async () => {
  const step = fc.oneof(
    fc.record({ quotedAgo: fc.integer({ min: 0, max: 20 }), ttl: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ wait: fc.integer({ min: 1, max: 15 }) }),
    fc.record({ removeOlderThan: fc.integer({ min: 0, max: 25 }) }),
    fc.constant('read' as const),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom('update', 'invalidate'),
      async (steps, onWrite) => {
        const { cache, clock } = setUp({ onWrite: onWrite as 'update' })
        let alive: { n: number; quoted: number; expires: number }[] = []
        for (const [n, one] of steps.entries()) {
          if (one === 'read') await cache.getLatestPrice('A')
          else if ('wait' in one) clock.advance(one.wait * 1000)
          else if ('ttl' in one) {
            const quoted = clock.now() - one.quotedAgo * 1000
            await cache.storePrice('A', n, 1, { ttl: one.ttl, at: new Date(quoted) })
            alive.push({ n, quoted, expires: clock.now() + one.ttl * 1000 })
          } else {
            const before = clock.now() - one.removeOlderThan * 1000
            alive = alive.filter(({ expires }) => expires > clock.now())
            const kept = alive.filter(({ quoted }) => quoted >= before)
            expect(await cache.removeOlderThan(one.removeOlderThan)).toBe(alive.length - kept.length)
            alive = kept
          }
          alive = alive.filter(({ expires }) => expires > clock.now())
          // Of prices quoted at one time, the one stored later is the latest.
          const expected = alive.toSorted((a, b) => a.quoted - b.quoted || a.n - b.n).at(-1)
          const latest = (await cache.getLatestPrice('A'))?.price
          if (latest !== expected?.n) throw new Error(`step ${n}: ${latest} instead of ${expected?.n}`)
        }
      },
    ),
    { numRuns: 150 },
  )
})
