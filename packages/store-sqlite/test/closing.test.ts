import { expect, test } from 'vitest'
import { keys, openStore, put } from './support/open-store.ts'
import { temporaryPath } from './support/temporary-path.ts'

test('closing waits for the commits that were begun before it, and leaves one file', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  const commits = Array.from({ length: 50 }, (_, n) => store.commit([put(`k${n}`)]))
  const [first, second] = [store.close(), store.close()]
  expect(first).toBe(second)
  await expect(store.commit([put('late')])).rejects.toMatchObject({ code: 'CLOSED' })
  await first
  for (const result of await Promise.all(commits)) expect(result.ok).toBe(true)
  expect(await keys(await openStore({ path }))).toHaveLength(50)
})

test('after closing, everything rejects with CLOSED', async () => {
  const store = await openStore()
  await store.close()
  const calls = [
    store.get([{ collection: 'c', key: 'k' }]),
    store.list('c', { limit: 1 }),
    store.commit([]),
    store.collections({ limit: 1 }),
    store.sweep(1),
    store.backup(temporaryPath()),
  ]
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CLOSED' })
})
