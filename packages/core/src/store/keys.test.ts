import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertLimit, assertName, assertRange, compareBytes, maxNameBytes, prefixUpperBound } from './keys.ts'
import type { Range } from './types.ts'

const invalid = (text: string) => expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(text) })
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })
const bytes = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))

describe('names', () => {
  test.each([
    ['', 'empty'],
    ['a\u0000', 'control'],
    ['\u0085', 'control'],
    ['\ud800', 'surrogates'],
    ['a\udc00b', 'surrogates'],
    ['k'.repeat(maxNameBytes + 1), '513'],
    ['中'.repeat(171), '513'],
    [1, 'number'],
    [null, 'object'],
    [undefined, 'undefined'],
  ])('%o is refused, and the message says why', (name, why) => {
    expect(() => assertName(name, 'key')).toThrow(invalid(why))
    expect(() => assertName(name, 'key')).toThrow(invalid('key'))
    expect(() => assertName(name, 'collection')).toThrow(invalid('collection'))
  })

  test('a message never repeats a long name whole', () => {
    expect(() => assertName(`${'x'.repeat(5_000)}\n`, 'key')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,200}$/) }),
    )
  })

  test.each(['a', ' ', '😀', '__proto__', 'k'.repeat(512), '😀'.repeat(128), '\u00a0', '\uffff'])(
    '%s is fine',
    (name) => {
      expect(() => assertName(name, 'key')).not.toThrow()
    },
  )
})

describe('order', () => {
  test('two strings compare as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(text, text, (a, b) => Math.sign(compareBytes(a, b)) === bytes(a, b)),
      { numRuns: 2_000 },
    )
    expect(compareBytes('\ufffd', '😀')).toBeLessThan(0)
    expect('\ufffd' < '😀').toBe(false)
  })

  test('everything with a prefix is below its upper bound, and nothing else from the prefix on', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const bound = prefixUpperBound(prefix)
        const within = (name: string) => bytes(name, prefix) >= 0 && (bound === undefined || bytes(name, bound) < 0)
        return within(prefix + other) && within(prefix) && within(other) === other.startsWith(prefix)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['a', 'b'],
    ['a\u{10ffff}', 'b'],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['\u{10ffff}', undefined],
    ['\u{10ffff}\u{10ffff}', undefined],
  ])('the upper bound of %j is %j', (prefix, bound) => {
    expect(prefixUpperBound(prefix)).toBe(bound)
  })
})

describe('limits and ranges', () => {
  test.each([0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined])(
    'a limit of %s is refused',
    (limit) => {
      expect(() => assertLimit(limit)).toThrow(invalid('1 to 10000'))
    },
  )

  test.each([{ limit: 1 }, { limit: 10_000, prefix: '', after: 'a', before: 'b', reverse: true }])(
    '%o is fine',
    (range) => {
      expect(() => assertRange(range)).not.toThrow()
    },
  )

  test.each([null, undefined, 'a', { limit: 1, after: '' }, { limit: 1, prefix: '\n' }, { limit: 1, reverse: 'yes' }])(
    '%o is refused',
    (range) => {
      expect(() => assertRange(range as unknown as Range)).toThrow(invalid(''))
    },
  )
})
