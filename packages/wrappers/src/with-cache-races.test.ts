import type { Entry, Store } from '@threadkeep/core'
import { forward, isThreadkeepError, memoryStore, ThreadkeepError } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { seededRandom } from './chaos/seeded-random.ts'
import type { CacheOptions } from './with-cache.ts'
import { withCache } from './with-cache.ts'

// Random interleavings: every store takes a random number of turns on the way in and on the way out, so answers overtake
// each other. Readers and writers check each other as they go.

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A store whose calls and answers arrive after a random time, in any order, and sometimes get lost. */
function distant(inner: Store, random: () => number, failures = 0): Store {
  const travel = async () => {
    for (let left = Math.floor(random() * 4); left > 0; left--) await turn()
  }
  const lose = (maybeCommitted: boolean) => {
    if (random() < failures) throw new ThreadkeepError('UNAVAILABLE', 'lost', { maybeCommitted })
  }
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    await travel()
    lose(false)
    const answer = await work()
    await travel()
    lose(true)
    return answer
  }
  return forward(inner, {
    get: (at) => call(() => inner.get(at)),
    list: (collection, range) => call(() => inner.list(collection, range)),
    commit: (changes) => call(() => inner.commit(changes)),
  })
}

interface World {
  readonly seed: number
  /** The stores that work at the same time: one, or one per process. */
  readonly stores: readonly Store[]
  readonly base: Store
}

const keys = ['a', 'b', 'c']
const pairs = ['x', 'y']
const at = (key: string) => ({ collection: 'c', key })
const numberOf = (entry: Entry | undefined) => (entry?.value['n'] as number | undefined) ?? 0

/**
 * Writers raise numbers by compare-and-swap and note what was acknowledged; readers must never see less than what was
 * acknowledged when they began, and never a pair that was written together apart.
 */
async function play({ seed, stores, base }: World, steps = 60): Promise<number> {
  const random = seededRandom(seed)
  const acknowledged = new Map<string, number>()
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const acknowledge = (key: string, n: number) => acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, n))
  let seen = 0

  const raise = async (group: readonly string[]) => {
    const store = pick(stores)
    const read = random() < 0.5 ? store : base
    try {
      const entries = await read.get(group.map(at))
      const next = numberOf(entries[0]) + 1
      const checks = entries.map(
        (entry, i) => ({ type: 'check', at: at(group[i]!), version: entry?.version ?? null }) as const,
      )
      const puts = group.map((key) => ({ type: 'put', at: at(key), value: { n: next } }) as const)
      const result = await store.commit([...checks, ...puts])
      if (result.ok) for (const key of group) acknowledge(key, next)
    } catch (error) {
      if (!isThreadkeepError(error, 'UNAVAILABLE')) throw error
    }
  }
  const look = async (group: readonly string[]) => {
    const floor = group.map((key) => acknowledged.get(key) ?? 0)
    const store = pick(stores)
    const numbers = await store.get(group.map(at)).then(
      (entries) => entries.map(numberOf),
      (error) => {
        if (!isThreadkeepError(error, 'UNAVAILABLE')) throw error
        return undefined
      },
    )
    if (!numbers) return
    seen++
    for (const [i, n] of numbers.entries()) {
      if (n < floor[i]!) throw new Error(`seed ${seed}: ${group[i]} was ${floor[i]} and is read as ${n}`)
    }
    if (group === pairs && numbers[0] !== numbers[1]) throw new Error(`seed ${seed}: half a commit, ${numbers}`)
  }
  const actor = async () => {
    for (let step = 0; step < steps; step++) {
      const group = random() < 0.3 ? pairs : [pick([...keys, ...pairs])]
      if (random() < 0.4) await raise(group === pairs || pairs.includes(group[0]!) ? pairs : group)
      else await look(group)
    }
  }
  await Promise.all(Array.from({ length: 8 }, actor))
  return seen
}

function world(seed: number, options: Partial<CacheOptions>, failures = { inner: 0, cache: 0 }, processes = 1): World {
  const random = seededRandom(seed * 7919)
  const base = memoryStore()
  const shared = memoryStore()
  const stores = Array.from({ length: processes }, () => {
    const cache = distant(processes > 1 ? shared : memoryStore(), random, failures.cache)
    return withCache({ cache, random, ...options })(distant(base, random, failures.inner))
  })
  return { seed, stores, base }
}

const seeds = Array.from({ length: 25 }, (_, seed) => seed + 1)

describe('no read that begins after a write was answered sees the state before it', () => {
  for (const onWrite of ['invalidate', 'update'] as const) {
    test(`${onWrite}, with a slow cache and a slow store`, async () => {
      for (const seed of seeds) expect(await play(world(seed, { onWrite }))).toBeGreaterThan(50)
    })
    test(`${onWrite}, with answers of the store getting lost`, async () => {
      for (const seed of seeds) await play(world(seed, { onWrite }, { inner: 0.1, cache: 0 }))
    })
    test(`${onWrite}, with answers of the cache getting lost`, async () => {
      // Real time has to pass for copies to be trusted again.
      for (const seed of seeds) await play(world(seed, { onWrite }, { inner: 0, cache: 0.1 }))
    })
    test(`${onWrite}, with a cache so small that it keeps dropping things`, async () => {
      for (const seed of seeds.slice(0, 10)) {
        const random = seededRandom(seed)
        const base = memoryStore()
        const cache = distant(memoryStore({ maxSize: 2 }), random)
        await play({ seed, base, stores: [withCache({ cache, random, onWrite })(distant(base, random))] })
      }
    })
  }

  test('also in another process that shares the cache', async () => {
    for (const seed of seeds) {
      const { stores, base } = world(seed, { shared: true }, undefined, 3)
      await playApart({ seed, stores, base })
    }
  })
})

/** As `play`, for single records: two processes may see the records of one commit a moment apart. */
async function playApart(one: World): Promise<void> {
  const random = seededRandom(one.seed)
  const acknowledged = new Map<string, number>()
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const actor = async () => {
    for (let step = 0; step < 60; step++) {
      const key = pick(keys)
      const store = pick(one.stores)
      const floor = acknowledged.get(key) ?? 0
      const [entry] = await store.get([at(key)])
      const n = numberOf(entry)
      if (n < floor) throw new Error(`seed ${one.seed}: ${key} was ${floor} and is read as ${n}`)
      if (random() < 0.6) continue
      const check = { type: 'check', at: at(key), version: entry?.version ?? null } as const
      const result = await store.commit([check, { type: 'put', at: at(key), value: { n: n + 1 } }])
      if (result.ok) acknowledged.set(key, Math.max(n + 1, acknowledged.get(key) ?? 0))
    }
  }
  await Promise.all(Array.from({ length: 8 }, actor))
}
