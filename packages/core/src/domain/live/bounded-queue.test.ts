import { expect, test } from 'vitest'
import { boundedQueue } from './bounded-queue.ts'

test('what is held is taken before the end, and the end is told once, however often it is said', async () => {
  let stops = 0
  const queue = boundedQueue<number>(2, () => stops++)
  expect([queue.push(1), queue.push(2)]).toEqual([true, true])
  expect(queue.push(3)).toBe(false)
  queue.end(new Error('a later one'))
  const items = queue[Symbol.asyncIterator]()
  expect([await items.next(), await items.next()].map(({ value }) => value)).toEqual([1, 2])
  await expect(items.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' })
  expect(await items.next()).toEqual({ done: true, value: undefined })
  expect(stops).toBe(1)
})

test('after its end a queue takes nothing, and nobody is told that it is full', async () => {
  const queue = boundedQueue<number>(1, () => {})
  const items = queue[Symbol.asyncIterator]()
  const waiting = items.next()
  queue.end()
  expect([queue.push(1), queue.push(2), queue.ended]).toEqual([true, true, true])
  expect((await waiting).done).toBe(true)
  expect((await items.next()).done).toBe(true)
})

test('who can wait is told when half of what may be held has been taken, and at the end', async () => {
  const queue = boundedQueue<number>(4, () => {})
  for (const n of [1, 2]) {
    expect(queue.room()).toBeUndefined()
    queue.push(n)
  }
  const room = queue.room()
  expect(queue.room()).toBe(room)
  const items = queue[Symbol.asyncIterator]()
  await items.next()
  await room
  queue.push(3)
  const end = queue.room()
  await items.return?.()
  await end
  expect(queue.room()).toBeUndefined()
})

test('a consumer that leaves takes what is held with it', async () => {
  let stops = 0
  const queue = boundedQueue<number>(3, () => stops++)
  queue.push(1)
  const items = queue[Symbol.asyncIterator]()
  await items.return?.()
  expect((await items.next()).done).toBe(true)
  expect(stops).toBe(1)
})
