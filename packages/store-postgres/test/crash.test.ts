import type { Change, Version } from '@threadkeep/core/store'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { postgresStore } from '../src/index.ts'

describe.skipIf(!(await canOwn('postgres')))('a PostgreSQL that is killed with -9', () => {
  test('has lost no acknowledged commit and holds none by half; a store that stays open comes back by itself', async () => {
    await using server = await ownServer('postgres')
    await using store = await postgresStore({ url: server.url, timeout: 2_000 })
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
    await expect.poll(() => acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(50)
    await server.kill9()
    crashed = true
    await Promise.all(writers)
    // Processes of the killed server may answer for a moment.
    const refusal = () =>
      store.get([{ collection: 'left', key: 'k' }]).catch(({ code, maybeCommitted }) => ({ code, maybeCommitted }))
    await expect.poll(refusal, { timeout: 20_000 }).toEqual({ code: 'UNAVAILABLE', maybeCommitted: false })
    await server.restart()

    const records = async (collection: string) => store.list(collection, { limit: 10_000 })
    await expect
      .poll(
        () =>
          records('left').then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true)
    const [left, right] = [await records('left'), await records('right')]
    const versions = (entries: typeof left) => entries.map(({ key, version }) => `${key} ${version}`)
    expect(versions(left)).toEqual(versions(right))
    const kept = new Map(left.map(({ value, version }) => [value['n'], version]))
    expect([...acknowledged].filter(([n, version]) => kept.get(n) !== version)).toEqual([])
  })
})
