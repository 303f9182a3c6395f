import type { EnumerableStore, Store } from '@threadkeep/core'
import { forward, isEnumerable, isSweepable, memoryStore, stack } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withRouting } from './with-routing.ts'

conform('withRouting with nothing to route', {
  wrap: (clock) => withRouting({ routes: [{ collections: 'elsewhere', store: memoryStore({ clock }) }] }),
})
conform('withRouting with everything routed', {
  wrap: (clock) => withRouting({ routes: [{ collections: () => true, store: memoryStore({ clock }) }] }),
  // Those laws dress up the inner store, which here is never asked.
  except: ['a call under way gives up', 'an error that no retry', 'what the inner store can do beyond'],
})

const at = (collection: string, key = 'k') => ({ collection, key })
const put = (collection: string, key = 'k') =>
  ({ type: 'put', at: at(collection, key), value: { collection, key } }) as const

function routed() {
  const base = { ...memoryStore(), name: 'base' }
  const sessions = { ...memoryStore(), name: 'sessions' }
  const cache = { ...memoryStore(), name: 'cache' }
  const store = stack(base, [
    withRouting({
      routes: [
        { collections: 'sessions', store: sessions },
        { collections: 'cache:*', store: cache },
        { collections: (name) => name.startsWith('tmp'), store: cache },
        { collections: 'cache:never', store: base },
      ],
    }),
  ]) as EnumerableStore
  return { base, sessions, cache, store }
}

test('each collection lives in one store', async () => {
  const { base, sessions, cache, store } = routed()
  for (const name of ['sessions', 'sessions2', 'cache:a', 'cache:never', 'cache', 'tmp1', 'users']) {
    await store.commit([put(name)])
  }
  expect(await sessions.collections({ limit: 9 })).toEqual(['sessions'])
  expect(await cache.collections({ limit: 9 })).toEqual(['cache:a', 'cache:never', 'tmp1'])
  expect(await base.collections({ limit: 9 })).toEqual(['cache', 'sessions2', 'users'])
  expect((await store.list('cache:a', { limit: 9 })).map((entry) => entry.key)).toEqual(['k'])
})

test('one get reads from several stores, in the order of its addresses', async () => {
  const { store } = routed()
  await store.commit([put('users', 'u1'), put('users', 'u2')])
  await store.commit([put('sessions', 's1')])
  await store.commit([put('cache:x', 'c1')])
  const asked = [
    at('cache:x', 'c1'),
    at('users', 'u2'),
    at('sessions', 'none'),
    at('sessions', 's1'),
    at('users', 'u1'),
  ]
  const found = await store.get([...asked, asked[0]!])
  expect(found.map((entry) => entry?.key)).toEqual(['c1', 'u2', undefined, 's1', 'u1', 'c1'])
})

test('a commit across two stores is refused whole', async () => {
  const { base, sessions, store } = routed()
  const across = [
    [put('users'), put('sessions')],
    [{ type: 'check', at: at('sessions'), version: null } as const, put('users')],
  ]
  for (const changes of across) {
    await expect(store.commit(changes)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/"users" in base.*|"sessions" in sessions.*/),
    })
  }
  expect(await base.collections({ limit: 9 })).toEqual([])
  expect(await sessions.collections({ limit: 9 })).toEqual([])
})

test('collections are named once, in order, and only where they are routed', async () => {
  const { base, cache, store } = routed()
  await base.commit([put('sessions'), put('cache:old'), put('users')])
  await cache.commit([put('cache:a'), put('cache:b'), put('stray')])
  expect(await store.collections({ limit: 9 })).toEqual(['cache:a', 'cache:b', 'users'])
  expect(await store.collections({ limit: 1 })).toEqual(['cache:a'])
  expect(await store.collections({ limit: 2, after: 'cache:a' })).toEqual(['cache:b', 'users'])
  expect(await store.collections({ limit: 2, prefix: 'cache:' })).toEqual(['cache:a', 'cache:b'])
})

test('what one part cannot do, the whole does not pretend', () => {
  const { name, get, list, commit, close } = memoryStore()
  const bare: Store = { name, get, list, commit, close, [Symbol.asyncDispose]: close }
  const store = stack(memoryStore(), [withRouting({ routes: [{ collections: 'x', store: bare }] })])
  expect(isEnumerable(store)).toBe(false)
  expect(isSweepable(store)).toBe(isSweepable(memoryStore()))
})

test('sweeping goes through the parts that need it, within the limit', async () => {
  const swept: string[] = []
  const sweeping = (name: string, has: number) => ({
    ...forward({ ...memoryStore(), name }, {}),
    sweep: async (limit: number) => {
      swept.push(`${name} ${limit}`)
      return Math.min(has, limit)
    },
  })
  const store = stack(sweeping('base', 3), [
    withRouting({
      routes: [
        { collections: 'x', store: sweeping('x', 9) },
        { collections: 'y', store: sweeping('y', 9) },
      ],
    }),
  ])
  expect(isSweepable(store) && (await store.sweep(10))).toBe(10)
  expect(swept).toEqual(['base 10', 'x 7'])
})

test('closing it closes every part', async () => {
  const { base, sessions, cache, store } = routed()
  await store.close()
  for (const part of [base, sessions, cache]) await expect(part.get([])).rejects.toMatchObject({ code: 'CLOSED' })
})

test('a route that can match nothing is refused', () => {
  for (const collections of ['', '*', 'a\n']) {
    expect(() => withRouting({ routes: [{ collections, store: memoryStore() }] })).toThrow(
      expect.objectContaining({ code: 'MISCONFIGURED' }),
    )
  }
})
