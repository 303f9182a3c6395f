import { describe, expect, test } from 'vitest'
import { prepareCommit } from './prepared-commit.ts'
import type { Change, Version } from './types.ts'

const a = { collection: 'c', key: 'a' }
const b = { collection: 'c', key: 'b' }

describe('prepareCommit', () => {
  test('keeps checks in order and one write for each address, the last', () => {
    const version = 'v1' as Version
    const changes: Change[] = [
      { type: 'put', at: a, value: { n: 1 } },
      { type: 'check', at: b, version },
      { type: 'put', at: b, value: { n: 2 }, expiresAt: 5 },
      { type: 'delete', at: a },
      { type: 'check', at: a, version: null },
    ]
    expect(prepareCommit(changes)).toEqual({
      checks: [
        { ...b, version },
        { ...a, version: null },
      ],
      writes: [a, { ...b, text: '{"n":2}', expiresAt: 5 }],
    })
  })

  test('keeps the last write of each address among hundreds, too', () => {
    const changes = Array.from({ length: 300 }, (_, n): Change => {
      return { type: 'put', at: { collection: 'c', key: `k${n % 100}` }, value: { n } }
    })
    const { writes } = prepareCommit(changes)
    expect(writes.map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (_, n) => `{"n":${n + 200}}`))
  })

  test('takes addresses whose parts join to the same text for what they are: two', () => {
    const changes = ['a:', 'a'].map((collection): Change => {
      const key = collection === 'a' ? ':b' : 'b'
      return { type: 'delete', at: { collection, key } }
    })
    expect(prepareCommit(changes).writes).toHaveLength(2)
  })

  test('refuses a value that is not JSON, also one that a later write replaces', () => {
    const bad = { type: 'put', at: a, value: { when: new Date() } } as unknown as Change
    expect(() => prepareCommit([bad, { type: 'delete', at: a }])).toThrow(/plain JSON/)
  })
})
