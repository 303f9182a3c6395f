import type { Change, Version } from '@threadkeep/core/store'
import { prepareCommit } from '@threadkeep/core/store'
import { describe, expect, test } from 'vitest'
import { addressLocks, claimsOf } from './address-locks.ts'

const at = (key: string) => ({ collection: 'c', key })
const claims = (checks: string[], writes: string[]) => {
  const changes: Change[] = [
    ...checks.map((key): Change => ({ type: 'check', at: at(key), version: 'v' as Version })),
    ...writes.map((key): Change => ({ type: 'delete', at: at(key) })),
  ]
  return claimsOf(prepareCommit(changes))
}

describe('address locks', () => {
  test('a writer has an address alone, those who only check it share it', () => {
    const locks = addressLocks()
    const writer = claims([], ['a'])
    const [one, other] = [claims(['a'], ['x']), claims(['a', 'a'], ['y'])]
    locks.take(one)
    expect([locks.isFree(writer), locks.isFree(other)]).toEqual([false, true])
    locks.take(other)
    locks.release(one)
    expect(locks.isFree(writer)).toBe(false)
    locks.release(other)
    expect(locks.isFree(writer)).toBe(true)
    locks.take(writer)
    expect([locks.isFree(writer), locks.isFree(claims(['a'], [])), locks.isFree(claims(['b'], []))]).toEqual([
      false,
      false,
      true,
    ])
    locks.release(writer)
    expect(locks.isFree(writer)).toBe(true)
  })

  test('whoever waits to check what is being written takes nothing from the writer', () => {
    const locks = addressLocks()
    locks.take(claims([], ['a']))
    locks.take(claims(['a'], ['b']))
    expect([claims(['a'], []), claims([], ['a']), claims(['b'], [])].map(locks.isFree)).toEqual([false, false, false])
  })

  test('a commit that checks what it writes claims it once', () => {
    expect(claims(['a', 'b'], ['a'])).toEqual({ shared: ['c\u0000b'], exclusive: ['c\u0000a'] })
  })
})
