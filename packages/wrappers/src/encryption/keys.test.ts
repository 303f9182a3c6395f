import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import type { ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { deriveKey, generateKey, parseKey } from './keys.ts'

test('a generated key is 256 random bits as URL-safe base64', () => {
  const keys = Array.from({ length: 100 }, generateKey)
  expect(new Set(keys).size).toBe(100)
  for (const key of keys) {
    expect(key).toMatch(/^[\w-]{43}=$/)
    expect(parseKey('key', key)).toHaveLength(32)
  }
})

test('a key may be bytes, base64, base64url or hex, with or without padding and line end', () => {
  const bytes = randomBytes(32)
  const forms = [
    bytes,
    new Uint8Array(bytes),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    `${bytes.toString('base64')}\n`,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    Buffer.from(bytes.toString('base64')),
  ]
  for (const form of forms) expect(parseKey('key', form).equals(bytes)).toBe(true)
})

test('the bytes of a key are copied, so wiping the original changes nothing', () => {
  const bytes = randomBytes(32)
  const key = parseKey('key', bytes)
  const before = Buffer.from(bytes)
  bytes.fill(0)
  expect(key.equals(before)).toBe(true)
})

const literal = 'your-32-byte-encryption-key-here'

test.each([
  ['a sample literal that decodes to 24 bytes', literal, 'decodes from base64 to 24 bytes; 32 are needed'],
  ['the same as bytes, though they are 32', Buffer.from(literal), 'decodes from base64 to 24 bytes; 32 are needed'],
  ['a passphrase', 'correct horse battery staple', 'is neither base64 nor hex text'],
  ['a passphrase of 32 bytes', Buffer.from('correct horse battery staple 123'), 'is neither base64 nor hex text'],
  ['an AES-128 key', randomBytes(16).toString('base64'), 'decodes from base64 to 16 bytes'],
  ['too many bytes', randomBytes(33), 'has 33 bytes; 32 are needed'],
  ['nothing', '', 'is neither base64 nor hex text'],
  ['no bytes', new Uint8Array(0), 'has 0 bytes'],
  ['zeros', new Uint8Array(32), 'repeats one single byte'],
  ['zeros in base64', Buffer.alloc(32).toString('base64'), 'repeats one single byte'],
  ['a number', 5, 'must be a string or a Uint8Array, not number'],
  ['null', null, 'must be a string or a Uint8Array, not null'],
  ['an unset variable', undefined, 'must be a string or a Uint8Array, not undefined'],
  ['hex with a stray character', `${'ab'.repeat(31)}zz`, 'decodes from base64 to 48 bytes'],
])('refused with a way out: %s', (_what, material, why) => {
  let error: ThreadkeepError | undefined
  try {
    parseKey('withEncryption key "k1"', material as string)
  } catch (caught) {
    error = caught as ThreadkeepError
  }
  expect(error?.code).toBe('MISCONFIGURED')
  expect(error?.message).toContain(`withEncryption key "k1" ${why}`)
  expect(error?.message).toContain('generateKey()')
  // The material may well be a real secret in the wrong form.
  if (typeof material === 'string' && material !== '') expect(inspect(error)).not.toContain(material)
})

test('a passphrase and a salt give the key that py-key-value derives', async () => {
  expect(await deriveKey('correct horse', 'battery')).toBe('ch30Azv9tl127d088QE19jSJa7O24PBlnVCH3uwDsUE=')
  await expect(deriveKey(' ', 'battery')).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  await expect(deriveKey('correct horse', '')).rejects.toMatchObject({ code: 'MISCONFIGURED' })
})
