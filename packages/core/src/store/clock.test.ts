import { expect, test } from 'vitest'
import { manualClock, systemClock } from './clock.ts'

test('the system clock tells the time of the machine', () => {
  const before = Date.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  expect(systemClock.now()).toBeLessThanOrEqual(Date.now())
})

test('a manual clock stands still until it is moved', () => {
  const clock = manualClock(1_000)
  expect([clock.now(), clock.now()]).toEqual([1_000, 1_000])
  expect(clock.advance(5)).toBe(1_005)
  clock.set(7)
  expect(clock.now()).toBe(7)
})
