import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { manualClock, systemClock } from '../store/clock.ts'
import { idleSweeper } from './idle-sweeper.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A sweeper over deadlines, which it drops once they have passed. */
function sweeperOf(clock = systemClock) {
  let deadlines: number[] = []
  const swept: number[] = []
  const sweeper = idleSweeper(
    clock,
    () => deadlines[0],
    () => {
      swept.push(deadlines.filter((deadline) => deadline <= clock.now()).length)
      deadlines = deadlines.filter((deadline) => deadline > clock.now())
    },
  )
  return {
    swept,
    stop: sweeper.stop,
    add(deadline: number) {
      deadlines = [...deadlines, deadline].toSorted((a, b) => a - b)
      sweeper.arm()
    },
  }
}

test('it wakes soon after each deadline, also one that came in later but is due earlier', () => {
  const { add, swept } = sweeperOf()
  add(Date.now() + 5_000)
  add(Date.now() + 1_000)
  vi.advanceTimersByTime(1_100)
  expect(swept).toEqual([1])
  vi.advanceTimersByTime(4_000)
  expect(swept).toEqual([1, 1])
  expect(vi.getTimerCount()).toBe(0)
})

test('it serves deadlines that are close together in one go', () => {
  const { add, swept } = sweeperOf()
  for (let n = 0; n < 20; n++) add(Date.now() + 1_000 + n)
  vi.advanceTimersByTime(1_100)
  expect(swept).toEqual([20])
})

test('it waits for a deadline further away than any timer reaches', () => {
  const { add, swept } = sweeperOf()
  add(Date.now() + 2 ** 32)
  vi.advanceTimersByTime(2 ** 31)
  expect(swept).toEqual([0])
  vi.advanceTimersByTime(2 ** 31 + 100)
  expect(swept.at(-1)).toBe(1)
})

test('it sleeps while the clock stands still', () => {
  const { add, swept } = sweeperOf(manualClock())
  add(manualClock().now() + 10)
  vi.advanceTimersByTime(60_000)
  expect(swept).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('once stopped it never wakes', () => {
  const { add, swept, stop } = sweeperOf()
  add(Date.now() + 10)
  stop()
  vi.advanceTimersByTime(60_000)
  expect(swept).toEqual([])
})
