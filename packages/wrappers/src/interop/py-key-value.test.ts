import { describe, expect, test } from 'vitest'
import {
  decodeManagedEntry,
  decodeMongoDocument,
  encodeManagedEntry,
  encodeMongoDocument,
  parseRedisKey,
  redisKey,
} from './py-key-value.ts'

const createdAt = Date.parse('2025-03-04T05:06:07.891Z')
const expiresAt = createdAt + 3_600_000
const value = { list: [null, true], n: 1.5, text: 'Grüße 😀' }

describe('the text of its Redis store', () => {
  test('as it is written now', () => {
    const text =
      '{"collection": "c", "created_at": "2025-03-04T05:06:07.891234+00:00", "expires_at": "2025-03-04T06:06:07.891234+00:00", ' +
      '"key": "k", "value": {"list": [null, true], "n": 1.5, "text": "Gr\\u00fc\\u00dfe \\ud83d\\ude00"}, "version": 1}'
    expect(decodeManagedEntry(text)).toEqual({ value, createdAt, expiresAt, collection: 'c', key: 'k' })
  })

  test('as it was written before: without a place, with the value as text, without instants', () => {
    expect(decodeManagedEntry('{"value": {"n": 1}, "created_at": "2025-03-04T05:06:07.891+00:00"}')).toEqual({
      value: { n: 1 },
      createdAt,
    })
    expect(decodeManagedEntry('{"value": "{\\"n\\": 1}", "expires_at": null}')).toEqual({ value: { n: 1 } })
  })

  test('other offsets are understood, and no offset is UTC', () => {
    for (const time of ['2025-03-04T06:06:07.891+01:00', '2025-03-04T05:06:07.891', '2025-03-04T05:06:07.891Z']) {
      expect(decodeManagedEntry(`{"value": {}, "created_at": "${time}"}`).createdAt).toBe(createdAt)
    }
  })

  test('what we write reads back, there and here', () => {
    const entry = { value, createdAt, expiresAt, collection: 'c', key: 'k' }
    expect(JSON.parse(encodeManagedEntry(entry))).toEqual({
      collection: 'c',
      created_at: '2025-03-04T05:06:07.891+00:00',
      expires_at: '2025-03-04T06:06:07.891+00:00',
      key: 'k',
      value,
      version: 1,
    })
    expect(decodeManagedEntry(encodeManagedEntry(entry))).toEqual(entry)
    expect(encodeManagedEntry({ value: {} })).toBe('{"value":{},"version":1}')
  })

  test.each([
    '',
    'null',
    '[]',
    '5',
    '{}',
    '{"value": 5}',
    '{"value": "[]"}',
    '{"value": {}, "created_at": 5}',
    'NaN',
    '{"value": {"text": "\\ud800"}}',
  ])('CORRUPT: %s', (text) => {
    expect(() => decodeManagedEntry(text)).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  })
})

test('its Redis keys join collection and key, and split at the first separator', () => {
  expect(redisKey({ collection: 'users', key: 'u1' })).toBe('users::u1')
  expect(parseRedisKey('users::u1')).toEqual({ collection: 'users', key: 'u1' })
  expect(parseRedisKey('a::b::c')).toEqual({ collection: 'a', key: 'b::c' })
  expect(parseRedisKey('something else')).toBeUndefined()
})

describe('the documents of its MongoDB store', () => {
  const at = { collection: 'c', key: 'k' }
  const document = {
    version: 1,
    key: 'k',
    collection: 'c',
    value: { object: value },
    created_at: new Date(createdAt),
    expires_at: new Date(expiresAt),
  }

  test('both ways', () => {
    expect(encodeMongoDocument(at, { value, createdAt, expiresAt })).toEqual(document)
    expect(decodeMongoDocument({ _id: 'x', ...document })).toEqual({ value, createdAt, expiresAt, ...at })
    expect(encodeMongoDocument(at, { value })).toEqual({ version: 1, ...at, value: { object: value } })
  })

  test('as earlier versions wrote them', () => {
    expect(decodeMongoDocument({ key: 'k', value: { string: '{"n":1}' }, created_at: new Date(createdAt) })).toEqual({
      value: { n: 1 },
      createdAt,
      key: 'k',
    })
    const text = '{"value": {"n": 1}, "expires_at": "2025-03-04T06:06:07.891+00:00"}'
    expect(decodeMongoDocument({ collection: 'c', key: 'k', value: text, expires_at: null })).toEqual({
      value: { n: 1 },
      expiresAt,
      ...at,
    })
  })

  test.each([
    {},
    { value: null },
    { value: {} },
    { value: { object: [] } },
    { value: { string: '[]' } },
    { value: 'x' },
  ])('CORRUPT: %j', (other) => {
    expect(() => decodeMongoDocument(other)).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  })
})
