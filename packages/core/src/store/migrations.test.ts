import { expect, test } from 'vitest'
import { pendingMigrations } from './migrations.ts'

const set = { name: 'store', migrations: ['create one', 'create two'] }
const fresh = pendingMigrations(set, [], 'the file')

test('an empty database lacks all migrations, one in use only the new ones', () => {
  expect(fresh.map(({ number, sql }) => [number, sql])).toEqual([
    [1, 'create one'],
    [2, 'create two'],
  ])
  expect(pendingMigrations(set, fresh.slice(0, 1), 'the file').map(({ number }) => number)).toEqual([2])
  expect(pendingMigrations(set, fresh, 'the file')).toEqual([])
})

test('a database that is newer, or was made otherwise, is refused by name', () => {
  const older = { ...set, migrations: set.migrations.slice(0, 1) }
  expect(() => pendingMigrations(older, fresh, 'the file')).toThrow(/^the file was written by a newer version.*Upgrade/)
  const other = { ...set, migrations: ['create another', 'create two'] }
  expect(() => pendingMigrations(other, fresh, 'the file')).toThrow(/another edition of Threadkeep: migration store 1/)
  expect(() => pendingMigrations(set, fresh.slice(1), 'the file')).toThrow(/another edition/)
})
