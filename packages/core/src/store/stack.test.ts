import { expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { forward } from './forward.ts'
import { stack, type Wrapper } from './stack.ts'

test('the first wrapper is innermost, the last receives every call first', async () => {
  const calls: string[] = []
  const noting =
    (name: string): Wrapper =>
    (inner) =>
      forward(inner, {
        name: `${name}(${inner.name})`,
        get(at, options) {
          calls.push(name)
          return inner.get(at, options)
        },
      })
  const store = stack(memoryStore(), [noting('first'), noting('second'), noting('third')])
  expect(store.name).toBe('third(second(first(memory)))')
  await store.get([])
  expect(calls).toEqual(['third', 'second', 'first'])
})

test('without wrappers it is the store itself', () => {
  const base = memoryStore()
  expect(stack(base, [])).toBe(base)
})
