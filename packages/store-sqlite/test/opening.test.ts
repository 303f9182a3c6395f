import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { SqliteStoreOptions } from '../src/index.ts'
import { sqliteStore } from '../src/index.ts'
import { applicationId } from '../src/migrations.ts'
import { configure } from '../src/pragmas.ts'
import { keys, openStore, put } from './support/open-store.ts'
import { canForbidWriting, lockableDirectory } from './support/small-disk.ts'
import { temporaryPath } from './support/temporary-path.ts'

const refusal = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) })

function edit(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

test('a new file is made, marked as ours, and keeps its records', async () => {
  const path = temporaryPath()
  const store = await sqliteStore({ path })
  await store.commit([put('a')])
  await store.close()
  expect(readFileSync(path).readUInt32BE(68)).toBe(applicationId)
  const again = await openStore({ path })
  expect(await keys(again)).toEqual(['a'])
  expect(again.path).toBe(path)
})

test('many who open one new file at once all get the same one', async () => {
  const path = temporaryPath()
  const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ path })))
  await Promise.all(stores.map((store, n) => store.commit([put(`k${n}`)])))
  expect(await keys(stores[0]!)).toHaveLength(8)
})

test('an empty file is taken as a new one', async () => {
  const path = temporaryPath()
  writeFileSync(path, '')
  await (await openStore({ path })).commit([put('a')])
})

test('a file that is no database is refused and left as it was', async () => {
  const path = temporaryPath()
  const content = 'a letter to my grandmother '.repeat(200)
  writeFileSync(path, content)
  await expect(sqliteStore({ path })).rejects.toEqual(refusal('MISCONFIGURED', /not an SQLite file/))
  expect(readFileSync(path, 'utf8')).toBe(content)
})

test('a database of another program is refused and left as it was', async () => {
  for (const sql of ['create table accounts(id)', 'pragma application_id = 7; create table records(id)']) {
    const path = temporaryPath()
    edit(path, sql)
    const before = readFileSync(path)
    await expect(sqliteStore({ path })).rejects.toEqual(refusal('MISCONFIGURED', /another program/))
    expect(readFileSync(path).equals(before)).toBe(true)
  }
})

test('a file of a newer version is refused and left as it was', async () => {
  const path = temporaryPath()
  await (await sqliteStore({ path })).close()
  edit(path, "insert into threadkeep_migrations values ('store', 2, 'of the future', 0)")
  const before = readFileSync(path)
  await expect(sqliteStore({ path })).rejects.toEqual(refusal('MISCONFIGURED', /newer version.*Upgrade/))
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('a file whose migrations were others is refused', async () => {
  const path = temporaryPath()
  await (await sqliteStore({ path })).close()
  edit(path, "update threadkeep_migrations set checksum = 'edited'")
  await expect(sqliteStore({ path })).rejects.toEqual(refusal('MISCONFIGURED', /migration store 1 differs/))
})

test('a directory that does not exist is named in the refusal', async () => {
  const path = join(dirname(temporaryPath()), 'missing', 'records.db')
  await expect(sqliteStore({ path })).rejects.toEqual(refusal('MISCONFIGURED', /directory exists/))
})

test('bad options are refused before anything is opened', async () => {
  const bad: Partial<Record<keyof SqliteStoreOptions, unknown>>[] = [
    { path: '' },
    { path: undefined },
    { path: ':memory:' },
    { durability: 'off' },
    { busyTimeout: -1 },
    { busyTimeout: Number.NaN },
    { busyTimeout: '5' },
  ]
  for (const options of bad) {
    const path = temporaryPath()
    await expect(sqliteStore({ path, ...options } as SqliteStoreOptions)).rejects.toMatchObject({
      code: 'MISCONFIGURED',
    })
    expect(() => statSync(path)).toThrow('ENOENT')
  }
})

test('read-only reads what is there, refuses every write, and never makes a file', async () => {
  const path = temporaryPath()
  await expect(sqliteStore({ path, readOnly: true })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  const writer = await openStore({ path })
  await writer.commit([put('a', { n: 1 })])
  const reader = await openStore({ path, readOnly: true })
  expect(await keys(reader)).toEqual(['a'])
  await writer.commit([put('b')])
  expect(await keys(reader)).toEqual(['a', 'b'])
  await expect(reader.commit([put('c')])).rejects.toEqual(refusal('READ_ONLY', /without to write/))
  await expect(reader.sweep(1)).rejects.toMatchObject({ code: 'READ_ONLY' })
  await expect(reader.commit([put('')])).rejects.toBeDefined()
})

test.skipIf(!canForbidWriting)(
  'where nothing may be written, a store is READ_ONLY, and backups can be read',
  async () => {
    const { directory, lock } = lockableDirectory()
    const path = join(directory, 'records.db')
    const store = await sqliteStore({ path })
    await store.commit([put('a')])
    const backup = await store.backup(join(directory, 'backup.db'))
    await store.close()
    lock()
    await expect(sqliteStore({ path })).rejects.toEqual(refusal('READ_ONLY', /write permission/))
    await expect(sqliteStore({ path, readOnly: true })).rejects.toEqual(refusal('MISCONFIGURED', /only a backup/))
    expect(await keys(await openStore({ path: backup.path, readOnly: true }))).toEqual(['a'])
  },
)

test('read-only does not set up an empty file', async () => {
  const path = temporaryPath()
  writeFileSync(path, '')
  await expect(sqliteStore({ path, readOnly: true })).rejects.toEqual(refusal('MISCONFIGURED', /empty/))
  expect(statSync(path).size).toBe(0)
})

test('durability is read back: a file system or a build that does not give it is refused', () => {
  const memory = new DatabaseSync(':memory:')
  expect(() => configure(memory, 'x.db', {})).toThrow(/write-ahead log \(SQLite says "memory"\)/)
  memory.close()

  const path = temporaryPath()
  const deaf = new DatabaseSync(path)
  const exec = deaf.exec.bind(deaf)
  deaf.exec = (sql) => exec(sql.replace(/synchronous = \d/, 'synchronous = 0'))
  expect(() => configure(deaf, path, {})).toThrow(/durability 'full' \(SQLite says 0\)/)
  expect(() => configure(deaf, path, { durability: 'normal' })).toThrow(/durability 'normal'/)
  deaf.close()
})
