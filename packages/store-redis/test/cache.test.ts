import { memoryStore } from '@threadkeep/core'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { withCache } from '@threadkeep/wrappers'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'

const at = { collection: 'users', key: 'u1' }

describe.skipIf(!(await canOwn('redis')))('Redis as the cache of several processes', () => {
  test('answers what it holds, never what was written over, and costs nothing but speed when it is gone', async () => {
    await using server = await ownServer('redis', { args: ['--maxmemory-policy', 'allkeys-lru'] })
    const home = memoryStore()
    let reads = 0
    const counted = {
      ...home,
      get: (...args: Parameters<typeof home.get>) => {
        reads++
        return home.get(...args)
      },
    }
    const open = async () => {
      const cache = await redisStore({ url: server.url, role: 'cache', timeout: 500 })
      return withCache({ cache, shared: true })(counted)
    }
    await using one = await open()
    await using other = await open()
    const name = async (store: typeof one) => (await store.get([at]))[0]?.value['name']

    await one.commit([{ type: 'put', at, value: { name: 'Ann' } }])
    const missed = async () => {
      const before = reads
      expect([await name(one), await name(other)]).toEqual(['Ann', 'Ann'])
      return reads - before
    }
    await expect.poll(missed, { timeout: 15_000 }).toBe(0)
    await one.commit([{ type: 'put', at, value: { name: 'Bea' } }])
    expect([await name(one), await name(other)]).toEqual(['Bea', 'Bea'])

    await server.kill9()
    expect([await name(one), await name(other)]).toEqual(['Bea', 'Bea'])
    await other.commit([{ type: 'put', at, value: { name: 'Cleo' } }])
    expect([await name(one), await name(other)]).toEqual(['Cleo', 'Cleo'])
  })
})
