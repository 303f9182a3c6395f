import { expect, test, vi } from 'vitest'
import { startLoop } from './loop.ts'

test('a turn that fails is reported and tried again, and stopping lets the turn at hand finish', async () => {
  const errors: unknown[] = []
  let turns = 0
  let finished = false
  const loop = startLoop(
    async () => {
      if (++turns <= 2) throw new Error(`turn ${turns}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
      finished = true
      return 60_000
    },
    (error) => errors.push(error),
  )
  await vi.waitFor(() => expect(turns).toBe(3))
  await loop.stop()
  expect(finished).toBe(true)
  expect(errors).toHaveLength(2)
})

test('a wake ends the pause at once, also when it comes during a turn; after a failure the pause stays', async () => {
  let turns = 0
  let failing = false
  const loop = startLoop(
    async () => {
      turns++
      if (turns === 2) loop.wake()
      if (failing) throw new Error('again')
      return 60_000
    },
    () => {},
  )
  await vi.waitFor(() => expect(turns).toBe(1))
  loop.wake()
  await vi.waitFor(() => expect(turns).toBe(3))
  failing = true
  loop.wake()
  await vi.waitFor(() => expect(turns).toBeGreaterThanOrEqual(8), { timeout: 20_000 })
  const before = turns
  for (let n = 0; n < 100; n++) loop.wake()
  await new Promise(setImmediate)
  expect(turns).toBe(before)
  await loop.stop()
})
