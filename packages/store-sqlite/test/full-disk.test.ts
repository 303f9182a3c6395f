import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock } from '@threadkeep/core/store'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../src/database.ts'
import { storeTables } from '../src/layout.ts'
import { storeIn } from '../src/sqlite-store.ts'
import { keys, openStore, put } from './support/open-store.ts'
import { canMount, mountSmallDisk } from './support/small-disk.ts'
import { temporaryPath } from './support/temporary-path.ts'

const large = { text: 'x'.repeat(20_000) }

test('when the file may not grow, what does not fit is STORAGE_FULL, what fits happens, and freed space is used again', async () => {
  const database = await openDatabase({ path: temporaryPath() }, storeTables)
  const store = storeIn(database, manualClock())
  onTestFinished(() => store.close())
  await store.commit([put('a', large)])
  database.prepare('pragma max_page_count = 20').all()
  const answers = await Promise.allSettled([
    store.commit([put('b', { small: true })]),
    store.commit([put('c', large), put('d', large), put('e', large)]),
    store.commit([put('f', { small: true })]),
  ])
  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(answers[1]).toMatchObject({
    reason: { code: 'STORAGE_FULL', maybeCommitted: false, message: expect.stringMatching(/free space/) },
  })
  expect(await keys(store)).toEqual(['a', 'b', 'f'])
  await store.commit([{ type: 'delete', at: { collection: 'c', key: 'a' } }])
  expect((await store.commit([put('g', large)])).ok).toBe(true)
})

test.skipIf(!canMount)(
  'on a disk that is full, stored data stays readable, and writing works again once there is room',
  async () => {
    const disk = mountSmallDisk()
    const store = await openStore({ path: join(disk, 'records.db') })
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(1_000_000))
    let written = 0
    const fill = async (): Promise<never> => {
      for (;;) {
        await store.commit([put(`k${written}`, large)])
        written++
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL', maybeCommitted: false })
    expect(written).toBeGreaterThan(5)
    expect(await keys(store)).toHaveLength(written)
    expect((await store.get([{ collection: 'c', key: 'k0' }]))[0]?.value).toEqual(large)
    await expect(store.commit([put('more', large)])).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    rmSync(ballast)
    expect((await store.commit([put('more', large)])).ok).toBe(true)
    expect(await keys(store)).toHaveLength(written + 1)
    await store.close()
    expect(await keys(await openStore({ path: join(disk, 'records.db') }))).toHaveLength(written + 1)
  },
)
