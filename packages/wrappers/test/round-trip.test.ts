import type { Json, JsonObject, Store, Wrapper } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateKey } from '../src/encryption/keys.ts'
import { withCompression } from '../src/with-compression.ts'
import { withEncryption } from '../src/with-encryption.ts'
import { withFallback } from '../src/with-fallback.ts'
import { withPrefixCollections } from '../src/with-prefix-collections.ts'
import { withPrefixKeys } from '../src/with-prefix-keys.ts'
import { withRouting } from '../src/with-routing.ts'
import { vectorKey } from './fernet-vectors.ts'

// Names that mean something to a wrapper, to JavaScript or to a database, wherever they may turn up in a value.
const loadedName = fc.constantFrom(
  '__encrypted_data__',
  '__encryption_version__',
  '__encryption_key__',
  '__compressed_data__',
  '__compression_algorithm__',
  '__compression_version__',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '$where',
  'a.b',
  '',
)
const text = fc.string({ unit: 'binary' })
const json: fc.Arbitrary<JsonObject> = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2, 'zstd', 'gzip', 'k1', 'AAAA', 'H4sIAAAAAAAAA6tWqgUAQ7+m+AQAAAA='),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.oneof(loadedName, text), tie('value')), { maxLength: 6 })
    // Not by assignment, for which `__proto__` is no name.
    .map((entries) => Object.fromEntries(entries) as JsonObject),
})).object

const keys = { k1: generateKey(), k2: generateKey() }
const layers: Readonly<Record<string, () => Wrapper>> = {
  aes: () => withEncryption({ keys, current: 'k1' }),
  'other aes': () => withEncryption({ keys, current: 'k2', tenant: 'acme', strict: false }),
  fernet: () => withEncryption({ fernet: vectorKey }),
  zstd: () => withCompression({ minSizeBytes: 0 }),
  gzip: () => withCompression({ algorithm: 'gzip', minSizeBytes: 40 }),
  brotli: () => withCompression({ algorithm: 'brotli', minSizeBytes: 200 }),
  'prefix of collections': () => withPrefixCollections({ prefix: 'acme' }),
  'prefix of keys': () => withPrefixKeys({ prefix: 'acme', separator: '__' }),
  fallback: () => withFallback({ store: memoryStore(), on: 'miss' }),
  routing: () => withRouting({ routes: [{ collections: 'acme*', store: memoryStore() }] }),
}

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text))
const anyStack = fc.array(fc.constantFrom(...Object.keys(layers)), { minLength: 1, maxLength: 6 })

test('every JSON value comes back through every stack as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyStack,
      name,
      name,
      fc.array(json, { minLength: 1, maxLength: 3 }),
      async (names, collection, key, values) => {
        const store: Store = stack(
          memoryStore(),
          names.map((layer) => layers[layer]!()),
        )
        const at = values.map((_, n) => ({ collection, key: `${key}${n}` }))
        const result = await store.commit(values.map((value, n) => ({ type: 'put' as const, at: at[n]!, value })))
        expect(result.ok).toBe(true)
        // What JSON text cannot tell apart (0 and -0), nobody need keep apart.
        const expected = values.map((value) => JSON.stringify(value))
        const found = await store.get(at)
        expect(found.map((entry) => JSON.stringify(entry?.value))).toEqual(expected)
        expect(found.map((entry) => [entry?.collection, entry?.key])).toEqual(
          at.map((one) => [one.collection, one.key]),
        )
        const listed = await store.list(collection, { limit: 10 })
        expect(listed.map((entry) => JSON.stringify(entry.value))).toEqual(expected)
        await store.close()
      },
    ),
    { numRuns: 1000 },
  )
})

test('two prefixes never meet, whatever their names', async () => {
  const separator = fc.constantFrom('/', '::', '__', ':')
  await fc.assert(
    fc.asyncProperty(separator, name, name, name, name, async (between, one, other, inOne, inOther) => {
      fc.pre(one !== other)
      const wrap = (prefix: string) => {
        try {
          return withPrefixCollections({ prefix, separator: between })
        } catch {
          return undefined
        }
      }
      const [first, second] = [wrap(one), wrap(other)]
      fc.pre(first !== undefined && second !== undefined)
      const base = memoryStore()
      const at = (collection: string) => ({ collection, key: 'k' })
      await stack(base, [first!]).commit([{ type: 'put', at: at(inOne), value: {} }])
      const neighbour = stack(base, [second!]) as typeof base
      expect(await neighbour.get([at(inOne), at(inOther)])).toEqual([undefined, undefined])
      expect(await neighbour.collections({ limit: 9 })).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('two records never share what binds their ciphertext', async () => {
  await fc.assert(
    fc.asyncProperty(name, name, name, name, async (collection, key, otherCollection, otherKey) => {
      fc.pre(collection !== otherCollection || key !== otherKey)
      const base = memoryStore()
      const store = stack(base, [layers['aes']!()])
      await store.commit([{ type: 'put', at: { collection, key }, value: { n: 1 } }])
      const [sealed] = await base.get([{ collection, key }])
      const elsewhere = { collection: otherCollection, key: otherKey }
      await base.commit([{ type: 'put', at: elsewhere, value: sealed!.value }])
      await expect(store.get([elsewhere])).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
    }),
    { numRuns: 200 },
  )
})
