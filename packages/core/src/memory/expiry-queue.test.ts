import { expect, test } from 'vitest'
import { expiryQueue, type Mortal } from './expiry-queue.ts'

test('the first is always the one whose deadline comes first, through any changes', () => {
  const queue = expiryQueue<Mortal>()
  const inside = new Set<Mortal>()
  let n = 1
  const next = (below: number) => {
    n = (n * 48_271) % 2_147_483_647
    return n % below
  }
  const items = Array.from({ length: 300 }, (): Mortal => ({ expiresAt: 0, place: -1 }))
  for (let step = 0; step < 20_000; step++) {
    const item = items[next(items.length)]!
    if (next(3) === 0) {
      queue.remove(item)
      inside.delete(item)
    } else {
      item.expiresAt = next(1_000)
      queue.set(item)
      inside.add(item)
    }
    expect(queue.first()?.expiresAt).toBe(
      inside.size === 0 ? undefined : Math.min(...[...inside].map((one) => one.expiresAt)),
    )
  }
})

test('it comes out empty, in the order of the deadlines', () => {
  const queue = expiryQueue<Mortal>()
  for (let n = 0; n < 1_000; n++) queue.set({ expiresAt: (n * 7_919) % 1_000, place: -1 })
  for (let n = 0; n < 1_000; n++) {
    const first = queue.first()!
    expect(first.expiresAt).toBe(n)
    queue.remove(first)
    queue.remove(first)
  }
  expect(queue.first()).toBeUndefined()
})
