import { ThreadkeepError } from '@threadkeep/core/store'
import { describe, expect, test } from 'vitest'
import type { Doing } from './errors.ts'
import { isBusy, toThreadkeepError } from './errors.ts'

const sqlite = (errcode: number) =>
  Object.assign(new Error('text of SQLite'), { code: 'ERR_SQLITE_ERROR', errcode, errstr: 'name of it' })

describe('an error of SQLite becomes one that says what to do', () => {
  const cases: [what: string, errcode: number, doing: Doing, expected: object][] = [
    ['busy', 5, 'read', { code: 'UNAVAILABLE', retryable: true }],
    ['recovering', 261, 'read', { code: 'UNAVAILABLE', retryable: true }],
    ['locked', 6, 'write', { code: 'UNAVAILABLE', retryable: true }],
    ['out of memory', 7, 'write', { code: 'UNAVAILABLE' }],
    ['moved away', 1032, 'write', { code: 'READ_ONLY', message: expect.stringMatching(/moved, deleted or locked/) }],
    [
      'a directory that must not change',
      1544,
      'open',
      { code: 'MISCONFIGURED', message: expect.stringMatching(/only a backup/) },
    ],
    ['a failing disk', 266, 'read', { code: 'UNAVAILABLE', maybeCommitted: false }],
    ['a failing disk while committing', 1034, 'commit', { code: 'UNAVAILABLE', maybeCommitted: true }],
    ['damage', 11, 'read', { code: 'CORRUPT' }],
    ['no room', 13, 'commit', { code: 'STORAGE_FULL', maybeCommitted: false }],
    ['no room for the index of the log', 4874, 'read', { code: 'STORAGE_FULL' }],
    ['not to be opened', 14, 'open', { code: 'MISCONFIGURED' }],
    ['no longer to be opened', 14, 'read', { code: 'UNAVAILABLE' }],
    ['too big', 18, 'write', { code: 'TOO_LARGE' }],
    ['no database', 26, 'open', { code: 'MISCONFIGURED' }],
    ['no database any more', 26, 'read', { code: 'CORRUPT' }],
    ['anything else', 1, 'read', { code: 'INTERNAL' }],
  ]
  test.each(cases)('%s (%i, on %s)', (_, errcode, doing, expected) => {
    const cause = sqlite(errcode)
    const error = toThreadkeepError(cause, '/data/x.db', doing)
    expect(error).toMatchObject({ ...expected, cause, details: { path: '/data/x.db', sqlite: errcode } })
  })
})

test('a closed file is CLOSED, our own errors pass through, and strangers are INTERNAL', () => {
  const closed = Object.assign(new Error('database is not open'), { code: 'ERR_INVALID_STATE' })
  expect(toThreadkeepError(closed, 'x', 'read')).toMatchObject({ code: 'CLOSED' })
  const own = new ThreadkeepError('CORRUPT', 'broken')
  expect(toThreadkeepError(own, 'x', 'commit')).toBe(own)
  for (const stranger of [new TypeError('odd'), 'odd']) {
    expect(toThreadkeepError(stranger, 'x', 'read')).toMatchObject({ code: 'INTERNAL', cause: stranger })
  }
})

test('busy is what another connection causes', () => {
  expect([5, 6, 261, 517].every((code) => isBusy(sqlite(code)))).toBe(true)
  expect([sqlite(13), new Error('no'), undefined, null].some(isBusy)).toBe(false)
})
