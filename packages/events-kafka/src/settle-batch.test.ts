import { ThreadkeepError } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { settleBatch } from './settle-batch.ts'

const records = Array.from({ length: 100 }, (_, n) => n)

test('bad records are parked, each after its attempts, and the others are handled in order', async () => {
  const [done, parked, tries]: [number[], number[], number[]] = [[], [], []]
  let calls = 0
  await settleBatch(records, {
    attempts: 3,
    async handle(some) {
      calls++
      if (some.length === 1) tries.push(some[0]!)
      if (some.includes(13) || some.includes(99)) throw new TypeError('bad')
      done.push(...some)
    },
    park: async (record) => void parked.push(record),
    pause: async () => {},
    onRetry: () => {},
  })
  expect(done).toEqual(records.filter((n) => n !== 13 && n !== 99))
  expect(parked).toEqual([13, 99])
  expect(tries.filter((n) => n === 13)).toHaveLength(3)
  expect(calls).toBeLessThan(40)
})

test('passing failures park nothing and pause longer each time, up to a bound', async () => {
  const pauses: number[] = []
  const done: number[] = []
  await settleBatch([1], {
    attempts: 2,
    async handle(some) {
      if (pauses.length < 20) throw new ThreadkeepError('UNAVAILABLE', 'away')
      done.push(...some)
    },
    park: async () => expect.unreachable(),
    pause: async (milliseconds) => void pauses.push(milliseconds),
    onRetry: () => {},
  })
  expect(done).toEqual([1])
  expect(pauses.slice(0, 3)).toEqual([100, 200, 400])
  expect(Math.max(...pauses)).toBe(2_000)
})

test('a batch that is given up is neither done nor parked', async () => {
  const given = new Error('given up')
  const settling = settleBatch([1, 2], {
    attempts: 2,
    handle: async () => {
      throw new ThreadkeepError('TIMEOUT', 'slow')
    },
    park: async () => expect.unreachable(),
    pause: () => Promise.reject(given),
    onRetry: () => {},
  })
  await expect(settling).rejects.toBe(given)
})
