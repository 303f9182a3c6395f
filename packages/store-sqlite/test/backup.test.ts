import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { keys, openStore, put } from './support/open-store.ts'

const beside = (path: string, name: string) => join(dirname(path), name)

test('a backup taken while commits go on is one state of the file, sound, and opens as a store', async () => {
  const store = await openStore()
  await store.commit(
    Array.from({ length: 5_000 }, (_, n) => put(`old${String(n).padStart(5, '0')}`, { text: 'x'.repeat(500) })),
  )
  const target = beside(store.path, 'copy.db')
  let running = true
  let written = 0
  const write = async (): Promise<void> => {
    while (running) {
      written++
      await store.commit([put('head', { written }), put(`new${String(written).padStart(5, '0')}`)])
    }
  }
  const writing = write()
  const before = written
  const result = await store.backup(target)
  const after = written
  running = false
  await writing
  expect(after, 'commits went on').toBeGreaterThan(before + 5)
  expect(result.path).toBe(target)

  const db = new DatabaseSync(target, { readOnly: true })
  expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  db.close()
  const copy = await openStore({ path: target })
  const [head] = await copy.get([{ collection: 'c', key: 'head' }])
  const copied = (await keys(copy)).filter((key) => key.startsWith('new'))
  expect(copied.length, 'a commit is in it whole or not at all').toBe(head?.value['written'])
  expect(await copy.list('c', { prefix: 'old', limit: 10_000 })).toHaveLength(5_000)
  expect((await copy.commit([put('a')])).ok).toBe(true)
})

test('a backup replaces nothing', async () => {
  const store = await openStore()
  const target = beside(store.path, 'mine.txt')
  writeFileSync(target, 'mine')
  await expect(store.backup(target)).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(store.backup(store.path)).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(store.backup('')).rejects.toMatchObject({ code: 'INVALID' })
})

test('a backup that fails leaves nothing behind and says why', async () => {
  const store = await openStore()
  const target = join(dirname(store.path), 'missing', 'copy.db')
  await expect(store.backup(target)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(target),
  })
  expect(existsSync(target)).toBe(false)
  expect(readdirSync(dirname(store.path)).filter((name) => name.includes('copy'))).toEqual([])
})

test('what was left of a backup that was cut off is in nobody’s way', async () => {
  const store = await openStore()
  await store.commit([put('a')])
  const target = beside(store.path, 'copy.db')
  writeFileSync(`${target}.partial`, 'half')
  await store.backup(target)
  expect(existsSync(`${target}.partial`)).toBe(false)
  expect(await keys(await openStore({ path: target, readOnly: true }))).toEqual(['a'])
})
