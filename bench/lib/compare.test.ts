import { describe, expect, test } from 'vitest'
import { meets } from './bar.ts'
import { measure } from './compare.ts'
import { noise, quantile } from './statistics.ts'

const base = { bench: 'b', against: 'a', bar: '>=0.5', unit: 'op/s' } as const

describe('measure', () => {
  test('both sides play every round and the order is reversed every other round', async () => {
    const order: string[] = []
    const side = (name: string, figure: number) => () => {
      order.push(name)
      return figure
    }
    const result = await measure({ ...base, ours: side('o', 6), theirs: side('t', 10), rounds: 7 })
    expect(order.join('')).toBe(`toto${'toot'.repeat(3)}to`)
    expect(result).toStrictEqual({
      ...base,
      ...{ ratio: 0.6, ours: 6, theirs: 10, rounds: 7, noise: 0, met: true },
    })
  })

  test('the ratio is that of the medians, so one disturbed round changes nothing', async () => {
    let call = 0
    const ours = () => (++call === 5 ? 1 : 100)
    const { ratio, met } = await measure({ ...base, ours, theirs: () => 100 })
    expect({ ratio, met }).toEqual({ ratio: 1, met: true })
  })

  test('a fixed limit is compared once, without interleaving', async () => {
    const result = await measure({ ...base, bar: '<=1', ours: () => 160, theirs: 150 })
    expect(result).toMatchObject({ ratio: 1.067, rounds: 1, met: false })
  })

  test('too few rounds, a malformed bar and a side without a figure are refused', async () => {
    const one = () => 1
    await expect(measure({ ...base, ours: one, theirs: one, rounds: 3 })).rejects.toThrow('at least 7')
    await expect(measure({ ...base, bar: '>=x' as never, ours: one, theirs: one })).rejects.toThrow('A bar is written')
    await expect(measure({ ...base, ours: () => Number.NaN, theirs: one })).rejects.toThrow('NaN')
  })
})

test('a bar from below wants at least, a bar from above at most', () => {
  expect([meets('>=0.5', 0.5), meets('>=0.5', 0.49), meets('<=2.0', 2), meets('<=2.0', 2.01)]).toEqual([
    true,
    false,
    true,
    false,
  ])
  expect(meets('<=2', Number.NaN)).toBe(false)
})

test('quantiles are interpolated and noise is the spread of the middle half', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(noise([9, 10, 11, 10, 10])).toBe(0)
  expect(noise([8, 9, 10, 11, 12])).toBeCloseTo(0.2)
})
