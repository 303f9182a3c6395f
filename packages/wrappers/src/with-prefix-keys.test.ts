import type { EnumerableStore } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withPrefixKeys } from './with-prefix-keys.ts'

conform('withPrefixKeys', {
  wrap: () => withPrefixKeys({ prefix: 'acme' }),
  // The store of that law names collections in which nothing is.
  except: ['names of exactly 512 bytes are fine', 'what the inner store can do beyond the four verbs is still there'],
})

const at = (key: string, collection = 'c') => ({ collection, key })
const put = (key: string, collection = 'c', value = {}) => ({ type: 'put', at: at(key, collection), value }) as const

test('two tenants of one collection never see each other', async () => {
  const base = memoryStore()
  const acme = stack(base, [withPrefixKeys({ prefix: 'acme' })])
  const apex = stack(base, [withPrefixKeys({ prefix: 'apex' })])
  await acme.commit([put('a', 'c', { of: 'acme' }), put('b')])
  await apex.commit([put('a', 'c', { of: 'apex' }), put('z')])
  await base.commit([put('acm'), put('acme'), put('acme0'), put('acmf/x')])

  expect((await acme.list('c', { limit: 9 })).map((entry) => entry.key)).toEqual(['a', 'b'])
  expect((await acme.list('c', { limit: 9, reverse: true, before: 'b' })).map((entry) => entry.key)).toEqual(['a'])
  expect((await apex.get([at('a'), at('b')])).map((entry) => entry?.value)).toEqual([{ of: 'apex' }, undefined])
})

test('a collection without a key under the prefix is not named', async () => {
  const base = memoryStore()
  const acme = stack(base, [withPrefixKeys({ prefix: 'acme' })]) as EnumerableStore
  for (let n = 0; n < 250; n++) await base.commit([put('other/k', `c${String(n).padStart(3, '0')}`)])
  await acme.commit([put('k', 'c005'), put('k', 'c150'), put('k', 'c249')])

  expect(await acme.collections({ limit: 9 })).toEqual(['c005', 'c150', 'c249'])
  expect(await acme.collections({ limit: 2 })).toEqual(['c005', 'c150'])
  expect(await acme.collections({ limit: 9, after: 'c005', prefix: 'c1' })).toEqual(['c150'])
})

test('conflicts come back without the prefix', async () => {
  const store = stack(memoryStore(), [withPrefixKeys({ prefix: 'acme' })])
  await store.commit([put('k')])
  expect(await store.commit([{ type: 'check', at: at('k'), version: null }, put('other')])).toEqual({
    ok: false,
    conflict: at('k'),
  })
})

test('a key that does not fit once prefixed is refused with the room that is left', async () => {
  const store = stack(memoryStore(), [withPrefixKeys({ prefix: 'acme' })])
  await expect(store.get([at('x'.repeat(508))])).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining('at most 507 bytes'),
  })
})
