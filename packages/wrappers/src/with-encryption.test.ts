import { inspect } from 'node:util'
import type { JsonObject, Store } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { vectorKey } from '../test/fernet-vectors.ts'
import { fernet } from './encryption/fernet.ts'
import { generateKey } from './encryption/keys.ts'
import type { EncryptionOptions } from './encryption/record-cipher.ts'
import { rotate } from './rotate.ts'
import { withEncryption } from './with-encryption.ts'

const [k1, k2] = [generateKey(), generateKey()]
const one = { keys: { k1 } }

conform('withEncryption', { wrap: () => withEncryption(one) })
conform('withEncryption with Fernet', { wrap: () => withEncryption({ fernet: vectorKey }) })

const at = { collection: 'c', key: 'k' }
const failed = { code: 'DECRYPTION_FAILED', message: expect.stringContaining('"k" in "c"'), details: at }

/** What the store underneath holds. */
async function sealed(value: JsonObject, options: EncryptionOptions = one, address = at): Promise<JsonObject> {
  const base = memoryStore()
  await stack(base, [withEncryption(options)]).commit([{ type: 'put', at: address, value }])
  return (await base.get([address]))[0]!.value
}

/** What a reader makes of what the store underneath holds. */
async function opened(value: JsonObject, options: EncryptionOptions = one, address = at) {
  const base = memoryStore()
  await base.commit([{ type: 'put', at: address, value }])
  return (await stack(base, [withEncryption(options)]).get([address]))[0]?.value
}

test('nothing of a value is stored in the clear, and no two seals are alike', async () => {
  const value = { secret: 'attack at dawn', to: ['alice'] }
  const seals = await Promise.all(Array.from({ length: 2000 }, () => sealed(value)))
  expect(Object.keys(seals[0]!).sort()).toEqual(['__encrypted_data__', '__encryption_key__', '__encryption_version__'])
  const texts = seals.map((seal) => seal['__encrypted_data__'] as string)
  expect(Buffer.from(texts[0]!, 'base64').toString('latin1')).not.toMatch(/secret|dawn|alice/)
  expect(new Set(texts.map((text) => text.slice(0, 16))).size).toBe(2000)
  expect(await opened(seals[0]!)).toEqual(value)
})

test('versions, expiry and order stay as they are', async () => {
  const store = stack(memoryStore(), [withEncryption(one)])
  const expiresAt = Date.now() + 60_000
  const result = await store.commit([
    { type: 'put', at, value: { n: 1 }, expiresAt },
    { type: 'put', at: { ...at, key: 'a' }, value: { n: 2 } },
  ])
  const version = result.ok && result.version
  expect(await store.list('c', { limit: 9 })).toEqual([
    { collection: 'c', key: 'a', value: { n: 2 }, version },
    { ...at, value: { n: 1 }, version, expiresAt },
  ])
})

describe('DECRYPTION_FAILED, naming the record', () => {
  const value = { n: 1 }

  test('moved to another key or collection', async () => {
    const seal = await sealed(value)
    await expect(opened(seal, one, { collection: 'c', key: 'x' })).rejects.toMatchObject({ code: failed.code })
    await expect(opened(seal, one, { collection: 'd', key: 'k' })).rejects.toMatchObject({ code: failed.code })
  })

  test('moved where collection and key join to the same text', async () => {
    const seal = await sealed(value, one, { collection: 'ab', key: 'c' })
    await expect(opened(seal, one, { collection: 'a', key: 'bc' })).rejects.toMatchObject({ code: failed.code })
  })

  test('of another tenant', async () => {
    const seal = await sealed(value, { ...one, tenant: 'acme' })
    expect(await opened(seal, { ...one, tenant: 'acme' })).toEqual(value)
    await expect(opened(seal)).rejects.toMatchObject(failed)
    await expect(opened(seal, { ...one, tenant: 'apex' })).rejects.toMatchObject(failed)
  })

  test('swapped with the answer to another question', async () => {
    const base = memoryStore()
    const store = stack(base, [withEncryption(one)])
    await store.commit([{ type: 'put', at: { collection: 'c', key: 'other' }, value: { salary: 1 } }])
    const [other] = await base.get([{ collection: 'c', key: 'other' }])
    const lying: Store = { ...base, get: async () => [other] }
    await expect(stack(lying, [withEncryption(one)]).get([at])).rejects.toMatchObject(failed)
  })

  test('every single changed bit', async () => {
    const seal = await sealed(value)
    const bytes = Buffer.from(seal['__encrypted_data__'] as string, 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      await expect(opened({ ...seal, __encrypted_data__: changed.toString('base64') })).rejects.toMatchObject(failed)
    }
  })

  test('cut at any length, also to a shorter tag', async () => {
    const seal = await sealed(value)
    const bytes = Buffer.from(seal['__encrypted_data__'] as string, 'base64')
    for (let length = 0; length < bytes.length; length++) {
      const data = bytes.subarray(0, length).toString('base64')
      await expect(opened({ ...seal, __encrypted_data__: data })).rejects.toMatchObject(failed)
    }
  })

  test('relabelled with another key of the ring, even one of the same bytes', async () => {
    const seal = await sealed(value)
    const ring = { keys: { k1, k2, twin: k1 }, current: 'k1' }
    expect(await opened(seal, ring)).toEqual(value)
    for (const __encryption_key__ of ['k2', 'twin']) {
      await expect(opened({ ...seal, __encryption_key__ }, ring)).rejects.toMatchObject(failed)
    }
  })

  test('sealed with a key that is not in the ring, which is named', async () => {
    const seal = await sealed(value, { keys: { 'key-2025': k2 } })
    await expect(opened(seal)).rejects.toMatchObject({ ...failed, message: expect.stringContaining('"key-2025"') })
    for (const id of ['__proto__', 'constructor', 'toString', '']) {
      await expect(opened({ ...seal, __encryption_key__: id })).rejects.toMatchObject(failed)
    }
  })

  test.each<[string, JsonObject]>([
    [
      'data that is no text',
      { __encrypted_data__: { length: 40 }, __encryption_version__: 2, __encryption_key__: 'k1' },
    ],
    ['data that is an array', { __encrypted_data__: ['AAAA'], __encryption_version__: 2, __encryption_key__: 'k1' }],
    ['data that is null', { __encrypted_data__: null, __encryption_version__: 2, __encryption_key__: 'k1' }],
    ['a key id that is no text', { __encrypted_data__: 'AAAA', __encryption_version__: 2, __encryption_key__: ['k1'] }],
    ['no key id', { __encrypted_data__: 'AAAA', __encryption_version__: 2 }],
    ['no version', { __encrypted_data__: 'AAAA', __encryption_key__: 'k1' }],
    ['a version as text', { __encrypted_data__: 'AAAA', __encryption_version__: '2', __encryption_key__: 'k1' }],
    ['a newer version', { __encrypted_data__: 'AAAA', __encryption_version__: 3, __encryption_key__: 'k1' }],
    ['a Fernet token without Fernet keys', { __encrypted_data__: 'AAAA', __encryption_version__: 1 }],
    ['in the clear', { n: 1 }],
    ['in the clear, with half an envelope', { __encryption_version__: 2, __encryption_key__: 'k1' }],
  ])('an envelope with %s', async (_what, envelope) => {
    await expect(opened(envelope)).rejects.toMatchObject(failed)
  })

  test('one bad record fails the list it is in', async () => {
    const base = memoryStore()
    const store = stack(base, [withEncryption(one)])
    await store.commit([{ type: 'put', at: { collection: 'c', key: 'a' }, value }])
    await base.commit([{ type: 'put', at, value }])
    await expect(store.list('c', { limit: 9 })).rejects.toMatchObject(failed)
  })
})

test('data with what base64 would skip does not pass', async () => {
  const seal = await sealed({ n: 1 })
  const data = seal['__encrypted_data__'] as string
  for (const changed of [`${data}\n`, ` ${data}`, `${data}=`, data.replace(/.$/, '*'), `${data}AAAA`]) {
    await expect(opened({ ...seal, __encrypted_data__: changed })).rejects.toMatchObject(failed)
  }
})

test('a value that looks like an envelope is sealed like any other', async () => {
  const lookalikes: JsonObject[] = [
    await sealed({ n: 1 }),
    { __encrypted_data__: 'x' },
    { __encryption_version__: 2, __encryption_key__: 'k1' },
    JSON.parse('{"__proto__":{"__encrypted_data__":"x"}}'),
  ]
  for (const value of lookalikes) {
    for (const options of [one, { ...one, strict: false }, { fernet: vectorKey }]) {
      const stored = await sealed(value, options)
      expect(stored).not.toEqual(value)
      expect(JSON.stringify(await opened(stored, options))).toBe(JSON.stringify(value))
    }
  }
})

test('strict: false reads what is in the clear, and seals what it writes', async () => {
  const lenient = { ...one, strict: false }
  expect(await opened({ n: 1 }, lenient)).toEqual({ n: 1 })
  expect(await sealed({ n: 1 }, lenient)).toHaveProperty('__encrypted_data__')
  await expect(opened({ __encrypted_data__: 'forged' }, lenient)).rejects.toMatchObject(failed)
})

test('only strict: false is not strict', async () => {
  for (const strict of [undefined, null, 0, '', 'false']) {
    await expect(opened({ n: 1 }, { ...one, strict: strict as never })).rejects.toMatchObject(failed)
  }
})

test('a ring reads with every key and writes with the current one', async () => {
  const old = await sealed({ n: 1 }, { keys: { k1 } })
  const ring = { keys: { k1, k2 }, current: 'k2' }
  expect(await opened(old, ring)).toEqual({ n: 1 })
  expect(await sealed({ n: 2 }, ring)).toMatchObject({ __encryption_key__: 'k2' })
})

describe('Fernet', () => {
  const token = (json: string) => ({
    __encrypted_data__: Buffer.from(fernet(vectorKey).encrypt(json)).toString('base64'),
    __encryption_version__: 1,
  })

  test('records of py-key-value are read', async () => {
    const theirs = {
      __encrypted_data__:
        'Z0FBQUFBQnJBV3lIcEtneENfaGxCZ0RDVVRQcF9GcTdHeF9QOEJQS0Q5T19CS01ONlkyOUxobmFPY0J0QTNJNUpYTEJTN3pmZllDY21hcnpqaGFP' +
        'NHhEVllCUEZtckZBMmFDR284c1FkTFZ4MkR6ZE5YVnR3OTg5M3k5UU02N04tbDgxMHdZU3JmTVd0bDh1RWhxT2xxX25MREd5Z21Sb2ZBb1EySFdl' +
        'dmJxUzV3U2RQZVVVaEtjPQ==',
      __encryption_version__: 1,
    }
    const value = { text: 'Grüße 😀', n: 1.5, list: [null, true] }
    expect(await opened(theirs, { fernet: vectorKey })).toEqual(value)
    expect(await opened(theirs, { fernet: [k1, vectorKey] })).toEqual(value)
  })

  test('alone, its first key writes in the shape of py-key-value', async () => {
    const stored = await sealed({ n: 1 }, { fernet: [vectorKey, k1] })
    expect(stored).toEqual({ __encrypted_data__: expect.any(String), __encryption_version__: 1 })
    const text = Buffer.from(stored['__encrypted_data__'] as string, 'base64').toString()
    expect(fernet(vectorKey).decrypt(text).toString()).toBe('{"n":1}')
  })

  test('beside a ring it only reads', async () => {
    const both = { ...one, fernet: vectorKey }
    expect(await opened(token('{"n":1}'), both)).toEqual({ n: 1 })
    expect(await sealed({ n: 1 }, both)).toMatchObject({ __encryption_version__: 2 })
  })

  test('a token with something else than an object in it is refused', async () => {
    for (const json of ['[1]', '5', 'null', '"text"', 'NaN', '']) {
      await expect(opened(token(json), { fernet: vectorKey })).rejects.toMatchObject(failed)
    }
  })
})

test.each<[string, object, string]>([
  ['no keys', {}, 'needs `keys` or `fernet`'],
  ['an empty ring', { keys: {} }, 'needs `keys` or `fernet`'],
  ['several keys and no current one', { keys: { k1, k2 } }, 'say with `current`'],
  ['a current key that is not there', { keys: { k1 }, current: 'k9' }, '"k9" is none of its `keys`'],
  ['a current key and no ring', { fernet: vectorKey, current: 'k1' }, '"k1" is none of its `keys`'],
  ['a tenant for Fernet', { fernet: vectorKey, tenant: 'acme' }, 'cannot bind Fernet tokens'],
  ['a tenant that is empty', { keys: { k1 }, tenant: '' }, 'withEncryption tenant'],
  ['a key id that is no name', { keys: { '': k1 } }, 'withEncryption keys'],
  ['a key that is none', { keys: { k1: 'your-32-byte-encryption-key-here' } }, 'decodes from base64 to 24 bytes'],
])('refused when it is made: %s', (_what, options, why) => {
  expect(() => withEncryption(options as EncryptionOptions)).toThrow(
    expect.objectContaining({ code: 'MISCONFIGURED', message: expect.stringContaining(why) }),
  )
})

test('no key shows in the wrapper, the store, or an error', async () => {
  const store = stack(memoryStore(), [withEncryption({ keys: { k1 }, fernet: vectorKey })])
  const error = await opened(await sealed({ n: 1 }, { keys: { k2 } })).catch((caught: unknown) => caught)
  const shown = inspect([store, withEncryption(one), error, fernet(k1)], { depth: 9, showHidden: true })
  for (const key of [k1, k2, vectorKey]) {
    expect(shown).not.toContain(key)
    expect(shown).not.toContain(Buffer.from(key, 'base64').toString('hex').slice(0, 20))
  }
})

test('a Fernet envelope without a token in it is refused, and is not current', async () => {
  const options = { fernet: vectorKey }
  const { __encrypted_data__: _, ...rest } = await sealed({ n: 1 }, options)
  for (const data of [7, '!', null]) {
    await expect(opened({ ...rest, __encrypted_data__: data }, options)).rejects.toMatchObject(failed)
  }
  const base = memoryStore()
  const other = await sealed({ n: 1 })
  await base.commit([{ type: 'put', at, value: other }])
  expect(await rotate(base, options)).toMatchObject({ rewritten: 0, failed: 1 })
  expect((await base.get([at]))[0]?.value).toEqual(other)
})
