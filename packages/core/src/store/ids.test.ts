import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'
import { createIds } from './ids.ts'

test('ids carry their prefix, are plain ASCII and never meet', () => {
  const ids = createIds()
  const made = Array.from({ length: 50_000 }, () => ids.next('msg'))
  expect(new Set(made).size).toBe(made.length)
  for (const id of made) expect(id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{30}$/)
})

test('ids sort by the millisecond they were made in, from any maker', () => {
  const clock = manualClock(0)
  const makers = Array.from({ length: 3 }, () => createIds(clock))
  const made: string[] = []
  for (const jump of [0, 1, 30, 31, 1_000, 2 ** 31, 2 ** 40]) {
    clock.advance(jump + 1)
    made.push(makers[jump % 3]!.next('x'))
  }
  expect(made.toSorted()).toEqual(made)
})

test('every random character takes every value', () => {
  const ids = createIds(manualClock())
  const made = Array.from({ length: 3_000 }, () => ids.next('x').slice(-20))
  for (let place = 0; place < 20; place++) {
    const values = new Set(made.map((id) => id[place])).size
    // The last character carries the one bit that is left of 96.
    expect(values).toBe(place === 19 ? 2 : 32)
  }
})
