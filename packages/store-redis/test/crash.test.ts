import type { Change, Version } from '@threadkeep/core/store'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'

describe.skipIf(!(await canOwn('redis')))('a Redis that is killed with -9 and fsyncs each write', () => {
  test('has lost no acknowledged commit, holds none by half, and takes commits again', async () => {
    await using server = await ownServer('redis', { args: ['--appendfsync', 'always'] })
    const store = await redisStore({ url: server.url, timeout: 2_000 })
    const acknowledged = new Map<number, Version>()
    let next = 0
    let crashed = false
    const write = async (): Promise<void> => {
      while (!crashed) {
        const n = next++
        const key = String(n).padStart(9, '0')
        const changes: Change[] = ['left', 'right'].map((collection) => ({
          type: 'put',
          at: { collection, key },
          value: { n },
        }))
        const result = await store.commit(changes).catch(() => undefined)
        if (result?.ok) acknowledged.set(n, result.version)
      }
    }
    const writers = Array.from({ length: 8 }, write)
    await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(100)
    await server.kill9()
    crashed = true
    await Promise.all(writers)
    await store.close()
    await server.restart()

    await using again = await redisStore({ url: server.url })
    const [left, right] = [await again.list('left', { limit: 10_000 }), await again.list('right', { limit: 10_000 })]
    const versions = (entries: typeof left) => entries.map(({ key, version }) => `${key} ${version}`)
    expect(versions(left)).toEqual(versions(right))
    const kept = new Map(left.map(({ value, version }) => [value['n'], version]))
    expect([...acknowledged].filter(([n, version]) => kept.get(n) !== version)).toEqual([])
    const at = { collection: 'left', key: 'after' }
    expect((await again.commit([{ type: 'put', at, value: {} }])).ok).toBe(true)
  })

  test('a store that stays open comes back by itself', async () => {
    await using server = await ownServer('redis', { args: ['--appendfsync', 'always'] })
    await using store = await redisStore({ url: server.url, timeout: 1_000 })
    const at = { collection: 'c', key: 'k' }
    await store.commit([{ type: 'put', at, value: { n: 1 } }])
    await server.kill9()
    await expect(store.get([at])).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await server.restart()
    await expect.poll(() => store.get([at]), { timeout: 5_000 }).toMatchObject([{ value: { n: 1 } }])
  })
})
