import { expect, test } from 'vitest'
import { rangeBounds } from './range-bounds.ts'

test('a range is the tighter one of prefix and position on either side', () => {
  expect(rangeBounds({})).toEqual({})
  expect(rangeBounds({ prefix: '' })).toEqual({})
  expect(rangeBounds({ prefix: 'ab' })).toEqual({ lower: { key: 'ab', inclusive: true }, upper: 'ac' })
  expect(rangeBounds({ prefix: 'ab', after: 'aa' })).toEqual({ lower: { key: 'ab', inclusive: true }, upper: 'ac' })
  expect(rangeBounds({ prefix: 'ab', after: 'ab' })).toEqual({ lower: { key: 'ab', inclusive: false }, upper: 'ac' })
  expect(rangeBounds({ prefix: 'ab', before: 'abc' })).toEqual({ lower: { key: 'ab', inclusive: true }, upper: 'abc' })
  expect(rangeBounds({ prefix: 'ab', before: 'b' })).toEqual({ lower: { key: 'ab', inclusive: true }, upper: 'ac' })
  expect(rangeBounds({ after: 'x', before: 'y' })).toEqual({ lower: { key: 'x', inclusive: false }, upper: 'y' })
})

test('the last code point of all has no upper bound', () => {
  expect(rangeBounds({ prefix: '\u{10ffff}' })).toEqual({ lower: { key: '\u{10ffff}', inclusive: true } })
})
