import type { Clock } from '@threadkeep/core'
import { collection, stack } from '@threadkeep/core'
import { storeCases, wrapperLaws } from '@threadkeep/core/conformance'
import { service } from '@threadkeep/test-support/services'
import { generateKey, rotate, withEncryption } from '@threadkeep/wrappers'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'

const redis = await service('redis')
const [first, second] = [generateKey(), generateKey()]
const encrypted = withEncryption({ keys: { first } })

describe.skipIf(!redis.available)('encrypted on Redis', () => {
  const open = async (clock: Clock) => {
    const { url, name: namespace } = await redis.open()
    return redisStore({ url, namespace, clock })
  }
  for (const { name, run } of storeCases) {
    test(name, () => run({ open: async (clock) => encrypted(await open(clock)) }))
  }
  for (const { name, run } of wrapperLaws(encrypted)) test(name, () => run({ open }))

  test('values are kept, listed, counted down and found again by the next process, and the server reads none', async () => {
    const { url, name: namespace } = await redis.open()
    const base = await redisStore({ url, namespace })
    const users = collection<{ name: string; visits: number }>(stack(base, [encrypted]), 'users', { defaultTtl: 3_600 })
    await users.putMany([
      ['ada', { name: 'Ada Lovelace', visits: 1 }],
      ['bob', { name: 'Bob Hopper', visits: 1 }],
    ])
    await users.put('cyd', { name: 'Cyd Curie', visits: 1 }, { ttl: 60 })
    const add = () => users.update('ada', (user) => ({ name: user!.name, visits: user!.visits + 1 }))
    await Promise.all(Array.from({ length: 10 }, add))
    expect(await users.create('bob', { name: 'Another', visits: 0 })).toBe(false)
    expect(await users.delete('bob')).toBe(true)

    const client = await createClient({ url }).connect()
    const kept = await client.hGetAll(`{${namespace}}:records:users`)
    client.destroy()
    expect(Object.keys(kept).toSorted()).toEqual(['ada', 'cyd'])
    expect(JSON.stringify(kept)).toContain('__encrypted_data__')
    expect(JSON.stringify(kept)).not.toMatch(/Lovelace|Curie|visits/)
    await base.close()

    const keys = { first, second }
    const again = await redisStore({ url, namespace })
    expect(await rotate(again, { keys, current: 'second' })).toMatchObject({ rewritten: 2, failed: 0 })
    const store = stack(again, [withEncryption({ keys: { second } })])
    const later = collection<{ name: string; visits: number }>(store, 'users')
    expect(await later.getMany(['ada', 'bob'])).toEqual([{ name: 'Ada Lovelace', visits: 11 }, undefined])
    const lives = await later.ttlMany(['ada', 'cyd'])
    expect(lives.map((one) => one && Math.ceil(one.ttl! / 60))).toEqual([60, 1])
    expect((await later.keys()).items).toEqual(['ada', 'cyd'])
    expect(await later.clear()).toBe(2)
    expect((await later.keys()).items).toEqual([])
    await store.close()
  })
})
