import { DatabaseSync } from 'node:sqlite'
import { manualClock } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { openStore, put } from './support/open-store.ts'

test('sweep removes expired records from the file, and only those', async () => {
  const clock = manualClock()
  const store = await openStore({ clock })
  await store.commit([
    ...Array.from({ length: 1_200 }, (_, n) => put(`mortal${n}`, {}, clock.now() + 1 + n)),
    put('later', {}, clock.now() + 100_000),
    put('immortal'),
  ])
  const db = new DatabaseSync(store.path, { readOnly: true })
  const rows = () => (db.prepare('select count(*) as n from records').get() as { n: number }).n
  clock.advance(1_100)
  expect(await store.sweep(1_000)).toBe(1_000)
  expect(rows()).toBe(202)
  expect(await store.sweep(1_000)).toBe(100)
  expect(await store.sweep(1_000)).toBe(0)
  clock.advance(100)
  expect(await store.sweep(1_000)).toBe(100)
  expect(rows()).toBe(2)
  db.close()
})
