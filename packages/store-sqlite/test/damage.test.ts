import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openStore, put } from './support/open-store.ts'
import { temporaryPath } from './support/temporary-path.ts'

test('a record that is no longer JSON is CORRUPT by name, and its neighbours stay readable', async () => {
  const store = await openStore()
  await store.commit([put('a'), put('b')])
  const db = new DatabaseSync(store.path)
  db.exec("update records set value = '{\"half\":' where key = 'a'")
  db.close()
  const details = { collection: 'c', key: 'a' }
  await expect(store.get([{ collection: 'c', key: 'a' }])).rejects.toMatchObject({ code: 'CORRUPT', details })
  await expect(store.list('c', { limit: 5 })).rejects.toMatchObject({ code: 'CORRUPT', details })
  expect((await store.list('c', { after: 'a', limit: 5 })).map((entry) => entry.key)).toEqual(['b'])
})

test('a file with damaged pages is CORRUPT, and the message says to restore it', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  await store.commit(Array.from({ length: 2_000 }, (_, n) => put(`k${n}`, { text: 'x'.repeat(300) })))
  await store.close()
  const file = openSync(path, 'r+')
  for (let at = 20 * 4_096; at < statSync(path).size; at += 4_096)
    writeSync(file, Buffer.alloc(2_048, 0x55), 0, 2_048, at)
  closeSync(file)
  const damaged = await openStore({ path })
  await expect(damaged.list('c', { limit: 10_000 })).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(/backup/),
  })
})
