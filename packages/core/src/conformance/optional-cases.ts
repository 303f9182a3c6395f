import { isEnumerable, isSweepable } from '../store/forward.ts'
import type { EnumerableStore, Store, SweepableStore } from '../store/types.ts'
import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { ok, rejects, same } from './expect.ts'
import { at, commit, del, keys, put, readValue, seed } from './steps.ts'

// Stores that cannot name their collections, or need no sweeping, pass these cases by having nothing to prove.

function enumerable(
  name: string,
  body: (store: EnumerableStore, advance: () => void) => Promise<void>,
): ConformanceCase {
  return storeCase(name, async (store: Store, clock) => {
    if (isEnumerable(store)) await body(store, () => clock.advance(hour))
  })
}

/** What `collections` and `sweep` guarantee where a store has them. */
export const optionalCases: readonly ConformanceCase[] = [
  enumerable('collections are named in byte order, each once', async (store) => {
    const names = ['!', 'A', 'a', 'a:1', 'aa', 'b', '\ue000', '\ufffd', '😀']
    for (const name of names.toReversed()) await seed(store, name, ['x', 'y'])
    same(await store.collections({ limit: 10_000 }), names, 'all of them')
    same(await store.collections({ limit: 3 }), names.slice(0, 3), 'the first three')
    for (let n = 0; n < names.length; n++) {
      same(await store.collections({ after: names[n]!, limit: 10_000 }), names.slice(n + 1), `after ${names[n]}`)
    }
    same(await store.collections({ after: 'Z', limit: 2 }), ['a', 'a:1'], 'a position need not name one')
  }),
  enumerable('collections narrow by prefix', async (store) => {
    for (const name of ['%a', 'a', 'a%', 'a:1', 'a:2', 'a_', 'b:1']) await seed(store, name, ['x'])
    same(await store.collections({ prefix: 'a:', limit: 9 }), ['a:1', 'a:2'], 'plain text')
    same(await store.collections({ prefix: 'a%', limit: 9 }), ['a%'], 'no wildcard')
    same(await store.collections({ prefix: 'a_', limit: 9 }), ['a_'], 'none either')
    same(await store.collections({ prefix: 'a', after: 'a%', limit: 2 }), ['a:1', 'a:2'], 'with a position')
    same(await store.collections({ prefix: 'zzz', limit: 9 }), [], 'nothing')
    same((await store.collections({ prefix: '', limit: 9 })).length, 7, 'an empty prefix is no prefix')
  }),
  enumerable('a collection without a live record is not named', async (store, advance) => {
    const until = Date.now() + hour / 2
    await commit(store, put(at('emptied', 'k'), {}), put(at('mortal', 'k'), {}, until), put(at('kept', 'k'), {}))
    await commit(store, del(at('emptied', 'k')), put(at('past', 'k'), {}, 1))
    same(await store.collections({ limit: 9 }), ['kept', 'mortal'], 'not the emptied one')
    advance()
    same(await store.collections({ limit: 1 }), ['kept'], 'nor the expired one')
    same(await store.collections({ limit: 9 }), ['kept'], 'with room to spare')
    await commit(store, put(at('emptied', 'k'), {}))
    same(await store.collections({ limit: 9 }), ['emptied', 'kept'], 'until it has one again')
  }),
  enumerable('collections refuse a bad limit, position and prefix', async (store) => {
    for (const limit of [0, -1, 1.5, 10_001, Number.NaN, '1', undefined]) {
      await rejects(() => store.collections({ limit: limit as number }), 'INVALID', `limit ${limit}`)
    }
    await rejects(() => store.collections({ limit: 1, after: '' }), 'INVALID', 'after')
    await rejects(() => store.collections({ limit: 1, prefix: '\u0000' }), 'INVALID', 'prefix')
  }),
  storeCase('sweep removes expired records, at most as many as asked, and nothing else', async (store, clock) => {
    if (!isSweepable(store)) return
    const sweepable: SweepableStore = store
    await commit(
      store,
      ...Array.from({ length: 25 }, (_, n) => put(at(`c${n % 3}`, `k${n}`), { n }, clock.now() + hour)),
    )
    await commit(store, put(at('c0', 'forever'), {}), put(at('c0', 'later'), {}, clock.now() + 2 * hour))
    same(await sweepable.sweep(100), 0, 'nothing has expired')
    clock.advance(hour)
    await commit(store, put(at('c0', 'k0'), { fresh: true }))
    let removed = 0
    for (;;) {
      const count = await sweepable.sweep(10)
      ok(count <= 10, 'at most as many as asked')
      if (count === 0) break
      removed += count
    }
    // Stores with an expiry of their own may have been faster.
    ok(removed <= 24, 'no more than had expired')
    same(await keys(store, 'c0'), ['forever', 'k0', 'later'], 'the living stay')
    same(await readValue(store, at('c0', 'k0')), { fresh: true }, 'also the one that was written anew')
    for (const limit of [0, -1, 1.5, Number.NaN])
      await rejects(() => sweepable.sweep(limit), 'INVALID', `limit ${limit}`)
  }),
]
