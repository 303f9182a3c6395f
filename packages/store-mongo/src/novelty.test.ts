import { expect, test } from 'vitest'
import { novelty } from './novelty.ts'

/** How many puts go by before the next guess. */
function rest(guess: ReturnType<typeof novelty>, kind: string): number {
  let puts = 0
  while (!guess.expected(kind)) puts++
  return puts
}

test('new records are expected until there was one, then for a while not, longer each time', () => {
  const guess = novelty()
  expect(guess.expected('messages')).toBe(true)
  const rests = Array.from({ length: 12 }, () => {
    guess.disproved('presence')
    return rest(guess, 'presence')
  })
  expect(rests.slice(0, 3)).toEqual([64, 128, 256])
  expect(rests.at(-1)).toBe(65_536)
  expect(guess.expected('messages')).toBe(true)
})
