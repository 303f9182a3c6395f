import { manualClock, memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withTtlClamp } from './with-ttl-clamp.ts'

// Wide enough to have nothing to do.
conform('ttlClamp', { wrap: (clock) => withTtlClamp({ maxTtl: 1e13, missingTtl: null, clock }) })

const at = { collection: 'c', key: 'k' }

function setUp(options: Omit<Parameters<typeof withTtlClamp>[0], 'clock'>) {
  const clock = manualClock()
  const store = withTtlClamp({ ...options, clock })(memoryStore({ clock }))
  /** The life of a record in seconds after it was put with `ttl`; undefined for one without a deadline. */
  const lifeAfterPut = async (ttl?: number) => {
    const expiresAt = ttl === undefined ? {} : { expiresAt: clock.now() + ttl * 1000 }
    await store.commit([{ type: 'put', at, value: {}, ...expiresAt }])
    const [entry] = await store.get([at])
    if (!entry) return 'none'
    return entry.expiresAt === undefined ? 'endless' : (entry.expiresAt - clock.now()) / 1000
  }
  return { clock, store, lifeAfterPut }
}

test('nothing lives longer than maxTtl, also what was put without a life time', async () => {
  const { clock, store, lifeAfterPut } = setUp({ maxTtl: 86_400 })
  expect(await lifeAfterPut(100_000)).toBe(86_400)
  expect(await lifeAfterPut(60)).toBe(60)
  expect(await lifeAfterPut()).toBe(86_400)
  clock.advance(86_400_000)
  expect(await store.get([at])).toEqual([undefined])
})

test('minTtl lengthens, missingTtl replaces what is missing, null leaves it endless', async () => {
  const bounded = setUp({ maxTtl: 100, minTtl: 10, missingTtl: 50 })
  expect(await bounded.lifeAfterPut(1)).toBe(10)
  expect(await bounded.lifeAfterPut()).toBe(50)
  const loose = setUp({ maxTtl: 100, missingTtl: null })
  expect(await loose.lifeAfterPut()).toBe('endless')
  expect(await loose.lifeAfterPut(1000)).toBe(100)
})

test('a deadline that has passed deletes, whatever minTtl says', async () => {
  const { lifeAfterPut } = setUp({ maxTtl: 100, minTtl: 10 })
  expect(await lifeAfterPut(20)).toBe(20)
  expect(await lifeAfterPut(0)).toBe('none')
  expect(await lifeAfterPut(-1)).toBe('none')
})

test('a fraction of a millisecond is rounded up, and what is no instant is refused instead of clamped', async () => {
  const { clock, store, lifeAfterPut } = setUp({ maxTtl: 0.0101 })
  expect(await lifeAfterPut()).toBe(0.011)
  for (const expiresAt of [Number.NaN, Infinity, clock.now() + 0.5, 1e300, '9', null]) {
    const change = { type: 'put', at, value: {}, expiresAt } as never
    await expect(store.commit([change])).rejects.toMatchObject({ code: 'INVALID' })
  }
})

test('the changes of the caller are left alone', async () => {
  const { store } = setUp({ maxTtl: 100 })
  const changes = [Object.freeze({ type: 'put', at, value: {} } as const)]
  expect(await store.commit(Object.freeze(changes))).toMatchObject({ ok: true })
  expect(changes).toEqual([{ type: 'put', at, value: {} }])
})

test('life times that make no sense are refused', () => {
  for (const maxTtl of [0, -1, Number.NaN, Infinity, '60', true, undefined]) {
    expect(() => withTtlClamp({ maxTtl: maxTtl as number })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
  expect(() => withTtlClamp({ maxTtl: 10, minTtl: 11 })).toThrow('minTtl (11) must not exceed maxTtl (10)')
  expect(() => withTtlClamp({ maxTtl: 10, missingTtl: 11 })).toThrow('missingTtl must lie between')
  expect(() => withTtlClamp({ maxTtl: 10, missingTtl: 0 })).toThrow('missingTtl must be a number above 0')
})
