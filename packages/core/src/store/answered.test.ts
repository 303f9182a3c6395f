import { expect, test } from 'vitest'
import { answered, answerOf } from './answered.ts'

test('the last answer can be seen before it is awaited, and changes made to it are what is awaited', async () => {
  const promise = answered({ n: 1 })
  const answer = answerOf(promise)!
  answer.n = 2
  expect(await promise).toBe(answer)
  expect(await promise).toEqual({ n: 2 })
})

test('an earlier answer, and any other promise, has to be awaited', async () => {
  const earlier = answered({ n: 1 })
  void answered({ n: 2 })
  expect(answerOf(earlier)).toBeUndefined()
  expect(answerOf(Promise.resolve({ n: 2 }))).toBeUndefined()
  expect(await earlier).toEqual({ n: 1 })
})
