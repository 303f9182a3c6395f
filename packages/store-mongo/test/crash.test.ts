import type { Change, Version } from '@threadkeep/core/store'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { mongoStore } from '../src/index.ts'

describe.skipIf(!(await canOwn('mongodb')))('a MongoDB that is killed with -9', () => {
  test('has lost no acknowledged commit, holds none by half, and takes commits again', async () => {
    await using server = await ownServer('mongodb')
    const store = await mongoStore({ url: server.url, deadline: 3_000 })
    const acknowledged = new Map<string, Version>()
    let crashed = false
    const write = async (lane: number): Promise<void> => {
      for (let n = 0; !crashed; n++) {
        const key = `${lane}-${n}`
        const changes: Change[] = ['left', 'right'].map((collection) => ({
          type: 'put',
          at: { collection, key },
          value: { n },
        }))
        const result = await store.commit(changes).catch(() => undefined)
        if (result?.ok) acknowledged.set(key, result.version)
      }
    }
    const writers = Array.from({ length: 8 }, (_, lane) => write(lane))
    await expect.poll(() => acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(50)
    await server.kill9()
    crashed = true
    await Promise.all(writers)
    await server.restart()
    await store.close()

    await using again = await mongoStore({ url: server.url })
    const [left, right] = await Promise.all(
      ['left', 'right'].map(async (collection) => {
        const entries = await again.list(collection, { limit: 10_000 })
        return new Map(entries.map(({ key, version }) => [key, version]))
      }),
    )
    expect(left).toEqual(right)
    expect([...acknowledged].filter(([key, version]) => left!.get(key) !== version)).toEqual([])
    expect((await again.commit([{ type: 'put', at: { collection: 'left', key: 'after' }, value: {} }])).ok).toBe(true)
  })

  test('a store that stays open comes back by itself', async () => {
    await using server = await ownServer('mongodb')
    await using store = await mongoStore({ url: server.url, deadline: 8_000 })
    const at = { collection: 'c', key: 'k' }
    await store.commit([{ type: 'put', at, value: { n: 1 } }])
    await server.kill9()
    const reading = store.get([at])
    const writing = store.commit([
      { type: 'put', at, value: { n: 2 } },
      { type: 'put', at: { ...at, key: 'l' }, value: { n: 2 } },
    ])
    await server.restart()
    expect(await reading).toMatchObject([{ key: 'k' }])
    expect((await writing).ok).toBe(true)
    expect(await store.get([at])).toMatchObject([{ value: { n: 2 } }])
  })
})
