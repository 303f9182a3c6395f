import { compareBytes } from '@threadkeep/core/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf, collectionAt, otherKinds, placeOf, recordId } from './layout.ts'

const part = fc.oneof(
  fc.constantFrom('', ':', '::', 'a', 'b', '%', '%3A', '.', '..', '$', 'system.', 'threadkeep.', ' ', '😀', '\ufffd'),
  fc.string({ unit: 'grapheme', maxLength: 3 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)),
)
const name = fc
  .array(part, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '')

describe('the layout', () => {
  test('a collection is found again from its place, and its kind is a name MongoDB takes', () => {
    fc.assert(
      fc.property(name, (collection) => {
        const place = placeOf(collection)
        expect(collectionAt(place)).toBe(collection)
        expect(place.kind).toMatch(/^(?!system\.)(?!\.)[^$\0]+(?<!\.)$/u)
        expect(place.kind).not.toContain('..')
        expect(Buffer.byteLength(place.kind)).toBeLessThanOrEqual(120)
      }),
    )
  })

  test('a kind too long for MongoDB shares a collection, and is told apart by its whole name', () => {
    const long = `${'k'.repeat(121)}:scope`
    expect(placeOf(long)).toEqual({ kind: otherKinds, scope: long })
    expect(placeOf(`${'k'.repeat(120)}:scope`).scope).toBe('scope')
  })

  test('no two addresses have one id', () => {
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        const [one, two] = [placeOf(a), placeOf(c)]
        const same = one.kind === two.kind && recordId(one.scope, b) === recordId(two.scope, d)
        expect(same).toBe(a === c && b === d)
      }),
      { numRuns: 2_000 },
    )
  })

  test('scopes of a kind are in the order of the collections they stand for', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [one, two] = [placeOf(a), placeOf(b)]
        if (one.kind !== two.kind) return
        expect(Math.sign(compareBytes(one.scope, two.scope))).toBe(Math.sign(compareBytes(a, b)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('bounds leave exactly what prefix, after and before leave', () => {
    const bound = fc.option(name, { nil: undefined })
    fc.assert(
      fc.property(name, bound, bound, bound, (key, prefix, after, before) => {
        const given = { prefix, after, before }
        const range = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        const { $gt, $gte, $lt } = boundsOf(range) ?? {}
        const inBounds =
          ($gt === undefined || compareBytes(key, $gt) > 0) &&
          ($gte === undefined || compareBytes(key, $gte) >= 0) &&
          ($lt === undefined || compareBytes(key, $lt) < 0)
        const inRange =
          key.startsWith(prefix ?? '') &&
          (after === undefined || compareBytes(key, after) > 0) &&
          (before === undefined || compareBytes(key, before) < 0)
        expect(inBounds).toBe(inRange)
      }),
      { numRuns: 2_000 },
    )
  })
})
