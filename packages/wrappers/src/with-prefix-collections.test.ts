import type { Version } from '@threadkeep/core'
import { answered, forward, memoryStore, stack } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withPrefixCollections } from './with-prefix-collections.ts'

const exact512 = 'names of exactly 512 bytes are fine'
conform('withPrefixCollections', {
  wrap: () => withPrefixCollections({ prefix: 'acme' }),
  // The store of that law names collections that have no prefix at all, and those must stay invisible.
  except: [exact512, 'what the inner store can do beyond the four verbs is still there'],
})

const at = (collection: string, key = 'k') => ({ collection, key })
const put = (collection: string, key = 'k', value = {}) => ({ type: 'put', at: at(collection, key), value }) as const

test('two tenants of one store never see each other', async () => {
  const base = memoryStore()
  const acme = stack(base, [withPrefixCollections({ prefix: 'acme' })])
  const apex = stack(base, [withPrefixCollections({ prefix: 'apex' })])
  await acme.commit([put('threads', 't1', { of: 'acme' })])
  await apex.commit([put('threads', 't1', { of: 'apex' }), put('secrets')])

  expect((await acme.get([at('threads', 't1')]))[0]?.value).toEqual({ of: 'acme' })
  expect((await acme.list('threads', { limit: 9 })).map((entry) => entry.value)).toEqual([{ of: 'acme' }])
  expect(await acme.get([at('secrets')])).toEqual([undefined])
  await acme.commit([{ type: 'delete', at: at('threads', 't1') }])
  expect((await apex.get([at('threads', 't1')]))[0]?.value).toEqual({ of: 'apex' })
})

test('names and conflicts come back without the prefix', async () => {
  const base = memoryStore()
  const acme = stack(base, [withPrefixCollections({ prefix: 'acme' })])
  await base.commit([put('other/messages'), put('acme2/x'), put('acm'), put('acme')])
  await acme.commit([put('messages:t1'), put('messages:t2'), put('users')])

  const named = acme as typeof base
  expect(await named.collections({ limit: 9 })).toEqual(['messages:t1', 'messages:t2', 'users'])
  expect(await named.collections({ prefix: 'messages:', after: 'messages:t1', limit: 9 })).toEqual(['messages:t2'])
  expect(await base.collections({ prefix: 'acme/', limit: 1 })).toEqual(['acme/messages:t1'])
  expect((await acme.get([at('users')]))[0]).toMatchObject(at('users'))
  expect(await acme.commit([{ type: 'check', at: at('users'), version: null }])).toEqual({
    ok: false,
    conflict: at('users'),
  })
})

test('a name that does not fit once prefixed is refused with the room that is left', async () => {
  const store = stack(memoryStore(), [withPrefixCollections({ prefix: 'acme' })])
  await expect(store.commit([put('x'.repeat(507))])).resolves.toMatchObject({ ok: true })
  for (const name of ['x'.repeat(508), '中'.repeat(170)]) {
    await expect(store.commit([put(name)])).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('at most 507 bytes'),
    })
  }
})

test('prefixes that could be mistaken for each other are refused', () => {
  const refused = [
    { prefix: 'a/b' },
    { prefix: 'a/' },
    { prefix: 'a_', separator: '__' },
    { prefix: '__', separator: '__' },
    { prefix: '' },
    { prefix: 'a', separator: '' },
    { prefix: 'a\n' },
    { prefix: 'x'.repeat(512) },
    { prefix: 1 as unknown as string },
  ]
  for (const options of refused) {
    expect(() => withPrefixCollections(options), JSON.stringify(options)).toThrow(
      expect.objectContaining({ code: 'MISCONFIGURED' }),
    )
  }
})

test('prefixes nest', async () => {
  const base = memoryStore()
  const inner = withPrefixCollections({ prefix: 'prod' })
  const store = stack(base, [inner, withPrefixCollections({ prefix: 'acme', separator: '__' })])
  await store.commit([put('users')])
  expect(await base.collections({ limit: 9 })).toEqual(['prod/acme__users'])
  expect((await store.list('users', { limit: 1 }))[0]).toMatchObject(at('users'))
})

test('an entry that is answered twice as one object, even a frozen one, loses its prefix once', async () => {
  const entry = Object.freeze({ ...at('acme/acme/x'), value: {}, version: 'v' as Version })
  for (const get of [async () => [entry, entry], () => answered([entry, entry])]) {
    const store = stack(forward(memoryStore(), { get }), [withPrefixCollections({ prefix: 'acme' })])
    expect(await store.get([at('acme/x'), at('acme/x')])).toMatchObject([at('acme/x'), at('acme/x')])
  }
  expect(entry.collection).toBe('acme/acme/x')
})
