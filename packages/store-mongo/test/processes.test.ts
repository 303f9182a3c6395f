import type { Address, Change, EnumerableStore, Version } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

const mongodb = await service('mongodb')
const a: Address = { collection: 'left', key: 'a' }
const b: Address = { collection: 'right', key: 'b' }
const put = (at: Address, value: { [name: string]: number | boolean }): Change => ({ type: 'put', at, value })
const check = (at: Address, version: Version | null): Change => ({ type: 'check', at, version })

// Two stores know nothing of each other, like two processes: what they collide in, they collide in on the server.
describe.skipIf(!mongodb.available)('two stores on one database', () => {
  let stores: readonly [EnumerableStore, EnumerableStore]

  beforeEach(async () => {
    const { url } = await mongodb.open()
    stores = [await mongoStore({ url }), await mongoStore({ url })]
  })
  afterEach(() => Promise.all(stores.map((store) => store.close())))

  test('increments by check lose none', async () => {
    await stores[0].commit([put(a, { n: 0 }), put(b, { n: 0 })])
    const increment = async (store: EnumerableStore, at: Address): Promise<void> => {
      for (;;) {
        const [entry] = await store.get([at])
        const n = (entry!.value['n'] as number) + 1
        if ((await store.commit([check(at, entry!.version), put(at, { n })])).ok) return
      }
    }
    await Promise.all(stores.flatMap((store) => Array.from({ length: 12 }, () => increment(store, a))))
    expect((await stores[0].get([a]))[0]?.value).toEqual({ n: 24 })
  })

  test('of two commits that check what the other writes, never both happen', async () => {
    for (let round = 0; round < 12; round++) {
      const result = await stores[0].commit([put(a, { onCall: true }), put(b, { onCall: true })])
      const version = result.ok ? result.version : null
      const results = await Promise.all([
        stores[0].commit([check(a, version), put(b, { onCall: false })]),
        stores[1].commit([check(b, version), put(a, { onCall: false })]),
      ])
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    }
  })

  test('the same holds for records that are only checked for absence, whether or not there ever was one', async () => {
    for (let round = 0; round < 12; round++) {
      const [c, d] = [
        { ...a, key: `k${round}` },
        { ...b, key: `k${round}` },
      ]
      if (round % 2 === 1) await stores[0].commit([put(c, {}), put(d, {})])
      if (round % 2 === 1)
        await stores[0].commit([
          { type: 'delete', at: c },
          { type: 'delete', at: d },
        ])
      const results = await Promise.all([
        stores[0].commit([check(c, null), put(d, { n: 1 })]),
        stores[1].commit([check(d, null), put(c, { n: 1 })]),
      ])
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    }
  })

  test('many commits that move amounts between accounts keep their sum, whatever collides', async () => {
    const account = (n: number): Address => ({ collection: `accounts:${n % 2}`, key: `${n % 4}` })
    const accounts = Array.from({ length: 4 }, (_, n) => account(n))
    await stores[0].commit(accounts.map((at) => put(at, { sum: 100 })))
    const move = async (store: EnumerableStore, n: number): Promise<void> => {
      for (let moved = 0; moved < 6; ) {
        const [from, to] = [account(n + moved), account(n + moved + 1 + (n % 3))]
        const [x, y] = await store.get([from, to])
        const result = await store.commit([
          ...[check(from, x!.version), check(to, y!.version)],
          ...[put(from, { sum: (x!.value['sum'] as number) - 7 }), put(to, { sum: (y!.value['sum'] as number) + 7 })],
        ])
        if (result.ok) moved++
      }
    }
    const sums: number[] = []
    let moving = true
    const watch = async (): Promise<void> => {
      while (moving) {
        const entries = await stores[1].get(accounts)
        sums.push(entries.reduce((sum, entry) => sum + (entry!.value['sum'] as number), 0))
      }
    }
    const watching = watch()
    await Promise.all(stores.flatMap((store) => accounts.map((_, n) => move(store, n))))
    moving = false
    await watching
    expect(new Set(sums)).toEqual(new Set([400]))
  })

  test('what one has committed the other reads at once, and may begin a kind that the other has never heard of', async () => {
    for (let n = 0; n < 10; n++) {
      const at = { collection: `kind${n}:scope`, key: 'k' }
      await stores[n % 2]!.commit([put(at, { n })])
      expect((await stores[(n + 1) % 2]!.get([at]))[0]?.value).toEqual({ n })
      expect(await stores[(n + 1) % 2]!.collections({ limit: 1, prefix: `kind${n}` })).toEqual([at.collection])
    }
  })

  test('both may begin the same kind in the same moment', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        stores[n % 2]!.commit([
          { ...put({ collection: `fresh:${n >> 1}`, key: `${n}` }, { n }), expiresAt: Date.now() + 60_000 } as Change,
          put({ collection: `also:${n >> 1}`, key: `${n}` }, { n }),
        ]),
      ),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
  })
})
