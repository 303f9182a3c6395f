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
