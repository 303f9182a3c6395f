import type { Version } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostgresStore } from '../src/index.ts'
import { postgresStore } from '../src/index.ts'

const postgres = await service('postgres')
const a = { collection: 'left', key: 'a' }
const b = { collection: 'right', key: 'b' }
const rounds = 40

// Two pools, as of two processes: what they may do at once is for the database to say.
describe.skipIf(!postgres.available)('commits of several processes', () => {
  let one: PostgresStore
  let other: PostgresStore
  beforeAll(async () => {
    const { url } = await postgres.open()
    ;[one, other] = await Promise.all([postgresStore({ url }), postgresStore({ url })])
  })
  afterAll(() => Promise.all([one.close(), other.close()]))

  const put = (at: typeof a, n: number) => ({ type: 'put', at, value: { n } }) as const
  const check = (at: typeof a, version: Version | null) => ({ type: 'check', at, version }) as const
  const write = async (...changes: Parameters<PostgresStore['commit']>[0]) => {
    const result = await one.commit(changes)
    if (!result.ok) throw new Error('conflict')
    return result.version
  }

  test('that check what the other writes never both happen', async () => {
    for (let n = 0; n < rounds; n++) {
      const version = await write(put(a, 0), put(b, 0))
      const results = await Promise.all([
        one.commit([check(a, version), put(b, 1)]),
        other.commit([check(b, version), put(a, 1)]),
      ])
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    }
  })

  test('that check for the absence of what the other writes never both happen', async () => {
    for (let n = 0; n < rounds; n++) {
      await write({ type: 'delete', at: a }, { type: 'delete', at: b })
      const results = await Promise.all([
        one.commit([check(a, null), put(b, 1)]),
        other.commit([check(b, null), put(a, 1)]),
      ])
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    }
  })

  test('that write the same records in opposite order wait for each other, not for ever', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`)
    const all = (order: readonly string[], n: number) => order.map((key) => put({ collection: 'many', key }, n))
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        Promise.all([one.commit(all(keys, n)), other.commit(all(keys.toReversed(), -n))]),
      ),
    )
    const records = await one.list('many', { limit: 99 })
    expect(new Set(records.map(({ version }) => version)).size).toBe(1)
  })

  test('count without loss', async () => {
    await write(put(a, 0))
    const increment = async (store: PostgresStore): Promise<void> => {
      for (;;) {
        const [entry] = await store.get([a])
        const next = (entry!.value['n'] as number) + 1
        if ((await store.commit([check(a, entry!.version), put(a, next)])).ok) return
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, n) => increment(n % 2 ? one : other)))
    expect((await other.get([a]))[0]?.value).toEqual({ n: 20 })
  })

  test('of thousands of changes take the store for themselves, beside small ones', async () => {
    const large = (n: number) => Array.from({ length: 1_500 }, (_, k) => put({ collection: 'large', key: `k${k}` }, n))
    const results = await Promise.all([
      one.commit(large(1)),
      other.commit(large(2)),
      ...Array.from({ length: 10 }, (_, n) => other.commit([put({ collection: 'large', key: `k${n}` }, 3)])),
    ])
    expect(results.every(({ ok }) => ok)).toBe(true)
    const records = await one.list('large', { limit: 10_000 })
    expect(records).toHaveLength(1_500)
    // Beside the ten that small commits may have written last, all are of one commit.
    const others = records.filter(({ key }) => key.length > 2)
    expect(new Set(others.map(({ version }) => version)).size).toBe(1)
  })
})
