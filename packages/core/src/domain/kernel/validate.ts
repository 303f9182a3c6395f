import type { ErrorCode } from '../../errors/threadkeep-error.ts'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { maxMillis } from '../../store/changes.ts'
import { assertJsonObject } from '../../store/json.ts'
import type { Json, JsonObject } from '../../store/types.ts'

/** Longest id, in code points. */
export const maxIdLength = 128

const plainId = /^[A-Za-z0-9._@-]{1,128}$/

/** Refuses what cannot be an id: `INVALID_ID`. */
export function assertId(id: unknown, what: string): asserts id is string {
  if (typeof id !== 'string' || id === '' || !id.isWellFormed() || codePoints(id) > maxIdLength) {
    throw new ThreadkeepError('INVALID_ID', `A ${what} is a text of 1 to ${maxIdLength} characters.`)
  }
}

/** The one spelling of an id: NFC. Refuses what cannot be an id. */
export function normalId(id: unknown, what: string): string {
  if (typeof id === 'string' && plainId.test(id)) return id
  assertId(id, what)
  const normal = id.normalize('NFC')
  assertId(normal, what)
  return normal
}

/** How many code points a text has. */
export function codePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) {
      count--
      i++
    }
  }
  return count
}

/** Refuses a text that is not a well-formed string of `min` to `max` code points. */
export function assertText(
  text: unknown,
  what: string,
  min: number,
  max: number,
  code: ErrorCode = 'INVALID',
): asserts text is string {
  if (typeof text !== 'string' || !text.isWellFormed()) throw new ThreadkeepError(code, `${what} must be text.`)
  const length = text.length <= max && text.length >= min * 2 ? text.length : codePoints(text)
  if (length < min || length > max) {
    throw new ThreadkeepError(code, `${what} must have ${min} to ${max} characters; this has ${length}.`, {
      details: { min, max, length },
    })
  }
}

/** Refuses metadata that is not a plain JSON object within the bounds: `INVALID_METADATA`. */
export function assertMetadata(
  value: unknown,
  limits: { readonly maxMetadataBytes: number; readonly maxMetadataDepth: number },
  what = 'metadata',
): asserts value is JsonObject {
  assertObjectWithin(value, what, limits.maxMetadataBytes, limits.maxMetadataDepth)
}

/** Refuses an object that is not plain JSON, is nested deeper than `maxDepth` or is longer than `maxBytes`. */
export function assertObjectWithin(
  value: unknown,
  what: string,
  maxBytes: number,
  maxDepth: number,
): asserts value is JsonObject {
  try {
    assertJsonObject(value)
  } catch (cause) {
    throw new ThreadkeepError('INVALID_METADATA', `${what} must be a plain JSON object: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (depthOf(value) > maxDepth)
    throw new ThreadkeepError('INVALID_METADATA', `${what} must not be nested deeper than ${maxDepth} levels.`)
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes > maxBytes) {
    throw new ThreadkeepError(
      'INVALID_METADATA',
      `${what} must be at most ${maxBytes} bytes of JSON; this has ${bytes}.`,
      { details: { bytes, maxBytes } },
    )
  }
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let deepest = 0
  for (const child of Array.isArray(value) ? value : Object.values(value))
    deepest = Math.max(deepest, depthOf(child as Json))
  return deepest + 1
}

/** Refuses a page size that is not a whole number from 1 to `max`: `INVALID_LIMIT`. */
export function assertCount(value: unknown, what: string, max: number): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw new ThreadkeepError(
      'INVALID_LIMIT',
      `${what} must be a whole number from 1 to ${max}, not ${String(value)}.`,
      { details: { max } },
    )
  }
}

/** Longest lifetime and retention, in milliseconds: a hundred years. */
export const maxLife = 100 * 365 * 24 * 60 * 60 * 1000

/** Refuses a lifetime that is not a number of seconds above zero and up to a hundred years: `INVALID_TTL`. */
export function assertTtl(ttl: unknown): asserts ttl is number {
  if (typeof ttl !== 'number' || !(ttl > 0 && ttl * 1000 <= maxLife)) {
    throw new ThreadkeepError(
      'INVALID_TTL',
      `A ttl is a number of seconds above zero, at most a hundred years, not ${typeof ttl === 'string' ? 'a text' : String(ttl)}.`,
    )
  }
}

/** RFC 7396: null removes, objects merge, everything else replaces. Neither argument is changed. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = Object.create(null) as Record<string, Json>
  for (const name of Object.keys(target)) merged[name] = target[name]!
  for (const name of Object.keys(patch)) {
    const change = patch[name]!
    if (change === null) delete merged[name]
    else if (isObject(change)) merged[name] = mergePatch(isObject(merged[name]) ? merged[name] : {}, change)
    else merged[name] = change
  }
  // Through JSON-like definition, so that `__proto__` stays a plain name.
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(merged)) as JsonObject
}

/** Whether every named top-level value of `wanted` equals that of `value`. */
export function matchesObject(value: JsonObject, wanted: JsonObject): boolean {
  return Object.keys(wanted).every((name) => Object.hasOwn(value, name) && sameJson(value[name]!, wanted[name]!))
}

/** Structural equality of JSON; the order of names does not matter. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i] as Json))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((name) => Object.hasOwn(b, name) && sameJson(a[name]!, b[name]!))
  )
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Refuses what is not a moment in epoch milliseconds: `INVALID`. */
export function assertMoment(value: unknown, what: string): asserts value is number {
  if (typeof value !== 'number' || !(Math.abs(value) <= maxMillis))
    throw new ThreadkeepError('INVALID', `${what} must be a time in epoch milliseconds.`)
}

/** Case and diacritics folded, for comparing names. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .normalize('NFC')
}

/** A deep copy of plain JSON: what the caller does to its own object afterwards changes nothing. */
export function copyJson<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson) as unknown as T
  const copy: Record<string, Json> = {}
  for (const name of Object.keys(value)) {
    const child = copyJson((value as JsonObject)[name]!)
    if (name === '__proto__')
      Object.defineProperty(copy, name, { value: child, enumerable: true, configurable: true, writable: true })
    else copy[name] = child
  }
  return copy as T
}
