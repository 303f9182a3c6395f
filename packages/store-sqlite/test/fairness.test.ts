import { expect, test } from 'vitest'
import { openStore, put } from './support/open-store.ts'

test('a loop that only reads lets timers and commits through', async () => {
  const store = await openStore()
  await store.commit([put('a')])
  let fired = false
  setTimeout(() => {
    fired = true
  }, 5)
  const commit = store.commit([put('b')]).then(() => 'done')
  let reads = 0
  while (!fired) {
    await store.get([{ collection: 'c', key: 'a' }])
    reads++
  }
  expect(reads).toBeGreaterThan(1)
  expect(await commit).toBe('done')
})
