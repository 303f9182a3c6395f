import type { ErrorCode, Store } from '@threadkeep/core'
import { forward, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withFallback } from './with-fallback.ts'

conform('withFallback on outage', { wrap: (clock) => withFallback({ store: memoryStore({ clock }) }) })
conform('withFallback on miss', {
  wrap: (clock) => withFallback({ store: memoryStore({ clock }), on: 'miss' }),
})

const at = (key: string) => ({ collection: 'c', key })
const put = (key: string, value = {}) => ({ type: 'put', at: at(key), value }) as const
const del = (key: string) => ({ type: 'delete', at: at(key) }) as const

/** A store that fails every call with `code` while `down` is set. */
function unreliable(inner: Store): Store & { down: ErrorCode | undefined } {
  const guard = <T>(call: () => Promise<T>): Promise<T> =>
    switchable.down ? Promise.reject(new ThreadkeepError(switchable.down, 'Down.')) : call()
  const switchable = Object.assign(
    forward(inner, {
      get: (...args) => guard(() => inner.get(...args)),
      list: (...args) => guard(() => inner.list(...args)),
      commit: (...args) => guard(() => inner.commit(...args)),
      collections: (...args) => guard(() => (inner as ReturnType<typeof memoryStore>).collections(...args)),
    }),
    { down: undefined as ErrorCode | undefined },
  )
  return switchable
}

describe('while the first store cannot be reached', () => {
  async function pair(code: ErrorCode) {
    const base = { ...memoryStore(), name: 'first' }
    const first = unreliable(base)
    const second = { ...memoryStore(), name: 'second' }
    await base.commit([put('a', { of: 'first' })])
    await second.commit([put('a', { of: 'second' }), put('b', { of: 'second' })])
    first.down = code
    return {
      base,
      first,
      second,
      store: stack(first, [withFallback({ store: second })]) as ReturnType<typeof memoryStore>,
    }
  }

  test.each(['UNAVAILABLE', 'TIMEOUT'] as const)('reads go to the second on %s', async (code) => {
    const { store, first } = await pair(code)
    expect((await store.get([at('a'), at('none')])).map((entry) => entry?.value)).toEqual([{ of: 'second' }, undefined])
    expect((await store.list('c', { limit: 9 })).map((entry) => entry.key)).toEqual(['a', 'b'])
    expect(await store.collections({ limit: 9 })).toEqual(['c'])
    first.down = undefined
    expect((await store.list('c', { limit: 9 })).map((entry) => entry.key)).toEqual(['a'])
  })

  test.each(['ABORTED', 'CLOSED', 'INVALID', 'CORRUPT', 'DECRYPTION_FAILED', 'INTERNAL'] as const)(
    '%s is no outage: it reaches the caller',
    async (code) => {
      const { store } = await pair(code)
      for (const call of [store.get([at('a')]), store.list('c', { limit: 1 }), store.collections({ limit: 1 })]) {
        await expect(call).rejects.toMatchObject({ code })
      }
    },
  )

  test('writes fail, and nothing reaches the second', async () => {
    const { store, second } = await pair('UNAVAILABLE')
    await expect(store.commit([put('a', { lost: true })])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await second.get([at('a')]))[0]?.value).toEqual({ of: 'second' })
  })

  test('what was read from the second passes no check of the first, even where versions look alike', async () => {
    const { base, first, second } = await pair('UNAVAILABLE')
    const [own] = await base.get([at('a')])
    const twin = forward(second, { get: async () => [{ ...own!, value: { of: 'second' } }] })
    const store = stack(first, [withFallback({ store: twin })])
    const [entry] = await store.get([at('a')])
    first.down = undefined
    const checked = [{ type: 'check', at: at('a'), version: entry!.version } as const, put('a')]
    expect(await store.commit(checked)).toEqual({ ok: false, conflict: at('a') })
  })

  test('the caller says what counts as an outage', async () => {
    const { first, second } = await pair('CLOSED')
    const store = stack(first, [withFallback({ store: second, isOutage: () => true })])
    expect((await store.get([at('b')]))[0]?.value).toEqual({ of: 'second' })
  })
})

describe('on miss', () => {
  async function layered() {
    const first = memoryStore()
    const second = memoryStore()
    await second.commit([put('a', { of: 2 }), put('b', { of: 2 }), put('d', { of: 2 })])
    const store = stack(first, [withFallback({ store: second, on: 'miss' })]) as ReturnType<typeof memoryStore>
    return { first, second, store }
  }
  const values = (entries: readonly ({ value: unknown } | undefined)[]) => entries.map((entry) => entry?.value)
  const keys = (entries: readonly { key: string }[]) => entries.map((entry) => entry.key).join('')

  test('the first store hides the second, and deleting lets it show again', async () => {
    const { store, second } = await layered()
    expect(values(await store.get([at('x'), at('a'), at('a')]))).toEqual([undefined, { of: 2 }, { of: 2 }])
    await store.commit([put('a', { of: 1 }), put('c', { of: 1 })])
    expect(values(await store.get([at('a'), at('b'), at('c')]))).toEqual([{ of: 1 }, { of: 2 }, { of: 1 }])
    await store.commit([del('a')])
    expect(values(await store.get([at('a')]))).toEqual([{ of: 2 }])
    expect(await second.list('c', { limit: 9 })).toHaveLength(3)
  })

  test('lists are one list: in order, each key once, within the limit, both ways', async () => {
    const { store } = await layered()
    await store.commit([put('b', { of: 1 }), put('c', { of: 1 }), put('e', { of: 1 })])
    expect(keys(await store.list('c', { limit: 9 }))).toBe('abcde')
    expect(keys(await store.list('c', { limit: 3 }))).toBe('abc')
    expect(keys(await store.list('c', { limit: 3, reverse: true }))).toBe('edc')
    expect(keys(await store.list('c', { after: 'b', before: 'e', limit: 9 }))).toBe('cd')
    expect(values(await store.list('c', { after: 'a', limit: 2 }))).toEqual([{ of: 1 }, { of: 1 }])
    await store.commit([{ type: 'put', at: { collection: 'b', key: 'k' }, value: {} }])
    expect(await store.collections({ limit: 9 })).toEqual(['b', 'c'])
  })

  test('a record of the second store can be changed by its version, once', async () => {
    const { store } = await layered()
    const [entry] = await store.get([at('a')])
    const change = () => store.commit([{ type: 'check', at: at('a'), version: entry!.version }, put('a', { of: 1 })])
    expect(await change()).toMatchObject({ ok: true })
    expect(await change()).toEqual({ ok: false, conflict: at('a') })
    expect(values(await store.get([at('a')]))).toEqual([{ of: 1 }])
  })

  test('"must not exist" looks at both stores', async () => {
    const { store, first } = await layered()
    const create = (key: string) => store.commit([{ type: 'check', at: at(key), version: null }, put(key)])
    expect(await create('a')).toEqual({ ok: false, conflict: at('a') })
    expect(await first.get([at('a')])).toEqual([undefined])
    expect(await create('new')).toMatchObject({ ok: true })
    expect(await create('new')).toEqual({ ok: false, conflict: at('new') })
  })

  test('what the caller changes while the second store is asked changes nothing', async () => {
    const { store } = await layered()
    const value = { n: 1 }
    const pending = store.commit([{ type: 'check', at: at('n'), version: null }, put('n', value)])
    value.n = 2
    await pending
    expect(values(await store.get([at('n')]))).toEqual([{ n: 1 }])
  })
})

test('an unknown mode is refused', () => {
  expect(() => withFallback({ store: memoryStore(), on: 'always' as 'miss' })).toThrow(
    expect.objectContaining({ code: 'MISCONFIGURED' }),
  )
})

test('a second store that cannot name its collections is no source of names, and the error names it', async () => {
  const { collections: _, ...plain } = memoryStore()
  const second: Store = { ...plain, name: 'nameless' }
  const store = stack(memoryStore(), [withFallback({ store: second, on: 'miss' })]) as ReturnType<typeof memoryStore>
  await expect(store.collections({ limit: 1 })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('nameless'),
  })
})
