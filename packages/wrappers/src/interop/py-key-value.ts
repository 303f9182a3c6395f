import type { Address, JsonObject, Millis } from '@threadkeep/core/store'
import { assertJsonObject, ThreadkeepError } from '@threadkeep/core/store'
import { parseObject } from '../parse-object.ts'

/** A record as py-key-value 0.2 to 0.4 keeps it: the value with its two instants, and in newer ones where it belongs. */
export interface ManagedEntry {
  readonly value: JsonObject
  readonly createdAt?: Millis
  readonly expiresAt?: Millis
  readonly collection?: string
  readonly key?: string
}

/** A document of its MongoDB store, where each of its collections is a physical one and `key` is the indexed field. */
export interface MongoDocument {
  readonly version: 1
  readonly key: string
  readonly collection: string
  readonly value: { readonly object: JsonObject }
  readonly created_at?: Date
  readonly expires_at?: Date
}

const entryVersion = 1
const keySeparator = '::'

/** The JSON text that its Redis and Valkey stores keep under `redisKey`; the TTL is the key's own besides. */
export function encodeManagedEntry({ value, createdAt, expiresAt, collection, key }: ManagedEntry): string {
  return JSON.stringify({
    collection,
    created_at: isoTime(createdAt),
    expires_at: isoTime(expiresAt),
    key,
    value,
    version: entryVersion,
  })
}

/** The entry in such a text, also of versions that wrote the value as a string within; `CORRUPT` for other texts. */
export function decodeManagedEntry(text: string): ManagedEntry {
  const fields = parseObject(text)
  if (!fields) throw corrupt('the text is not a JSON object')
  return readEntry(fields, fields['value'])
}

/** The Redis key of a record. Two records can share one, as `a::b` + `c` and `a` + `b::c` do: that is how it is there. */
export function redisKey({ collection, key }: Address): string {
  return collection + keySeparator + key
}

/** Where the record of a Redis key belongs, splitting at the first `::` as py-key-value does; undefined without one. */
export function parseRedisKey(name: string): Address | undefined {
  const split = name.indexOf(keySeparator)
  if (split < 0) return undefined
  return { collection: name.slice(0, split), key: name.slice(split + keySeparator.length) }
}

/** The document that its MongoDB store keeps for a record. */
export function encodeMongoDocument(at: Address, entry: ManagedEntry): MongoDocument {
  return {
    version: entryVersion,
    key: at.key,
    collection: at.collection,
    value: { object: entry.value },
    ...(entry.createdAt !== undefined && { created_at: new Date(entry.createdAt) }),
    ...(entry.expiresAt !== undefined && { expires_at: new Date(entry.expiresAt) }),
  }
}

/** The entry in such a document, also of versions that kept the value as JSON text; `CORRUPT` for other documents. */
export function decodeMongoDocument(document: Readonly<Record<string, unknown>>): ManagedEntry {
  const { value } = document
  if (typeof value === 'string') {
    // The first releases kept the text of the whole entry here.
    const whole = parseObject(value)
    if (whole && 'value' in whole) return { ...readEntry(whole, whole['value']), ...place(document) }
  }
  if (!isObject(value)) throw corrupt('a document needs a `value` with an `object`')
  return readEntry(document, value['object'] ?? value['string'])
}

function readEntry(fields: Readonly<Record<string, unknown>>, value: unknown): ManagedEntry {
  const object = typeof value === 'string' ? parseObject(value) : value
  // BSON knows types, and Python texts, that are not JSON.
  if (!isJsonObject(object)) throw corrupt('its value is not a JSON object')
  const createdAt = instant(fields, 'created_at')
  const expiresAt = instant(fields, 'expires_at')
  return {
    value: object,
    ...(createdAt !== undefined && { createdAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...place(fields),
  }
}

function place({ collection, key }: Readonly<Record<string, unknown>>): Partial<Address> {
  return { ...(typeof collection === 'string' && { collection }), ...(typeof key === 'string' && { key }) }
}

function instant(fields: Readonly<Record<string, unknown>>, name: string): Millis | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  // A text without an offset is UTC there; `Date.parse` would take it for local time.
  const text = typeof value === 'string' && !/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? `${value}Z` : value
  const millis = value instanceof Date ? value.getTime() : typeof text === 'string' ? Date.parse(text) : Number.NaN
  if (Number.isNaN(millis)) throw corrupt(`\`${name}\` is no instant`)
  return millis
}

function isoTime(millis: Millis | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString().replace('Z', '+00:00')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJsonObject(value: unknown): value is JsonObject {
  try {
    assertJsonObject(value)
    return true
  } catch {
    return false
  }
}

function corrupt(why: string): ThreadkeepError {
  return new ThreadkeepError('CORRUPT', `This is no record of py-key-value: ${why}.`)
}
