import { expect, test } from 'vitest'
import { memoryStore } from '../memory/memory-store.ts'
import { type FullStore, forward, isEnumerable, isSweepable } from './forward.ts'
import type { Store } from './types.ts'

const bare = (): Store => {
  const { get, list, commit, close } = memoryStore()
  return { name: 'bare', get, list, commit, close, [Symbol.asyncDispose]: close }
}

test('an override is used, and all else is the inner store', async () => {
  const inner = memoryStore()
  const store = forward(inner, { name: 'mine', list: async () => [] })
  expect(store.name).toBe('mine')
  await store.commit([{ type: 'put', at: { collection: 'c', key: 'k' }, value: { n: 1 } }])
  expect((await inner.list('c', { limit: 1 })).length).toBe(1)
  expect(await store.list('c', { limit: 1 })).toEqual([])
  expect((await store.get([{ collection: 'c', key: 'k' }]))[0]?.value).toEqual({ n: 1 })
})

test('an optional verb is there exactly when the inner store has it, override or not', async () => {
  const overrides: Partial<FullStore> = { collections: async () => ['x'], sweep: async () => 5 }
  expect(isEnumerable(forward(bare(), overrides))).toBe(false)
  expect(isSweepable(forward(memoryStore(), overrides))).toBe(false)
  const store = forward(memoryStore(), overrides)
  expect(isEnumerable(store) && (await store.collections({ limit: 1 }))).toEqual(['x'])
})

test('the inner store keeps its own `this`', async () => {
  class Named {
    name = 'named'
    names = ['a', 'b']
    get = async () => []
    list = async () => []
    commit = async () => ({ ok: true as const, version: 'v' as never })
    close = async () => {}
    async collections() {
      return this.names
    }
    [Symbol.asyncDispose] = this.close
  }
  const store = forward(new Named(), {})
  expect(isEnumerable(store) && (await store.collections({ limit: 9 }))).toEqual(['a', 'b'])
})

test('disposing closes, by the override if there is one', async () => {
  const closed: string[] = []
  const inner: Store = { ...bare(), close: async () => void closed.push('inner') }
  await forward(inner, {})[Symbol.asyncDispose]()
  await forward(inner, { close: async () => void closed.push('mine') })[Symbol.asyncDispose]()
  expect(closed).toEqual(['inner', 'mine'])
})
