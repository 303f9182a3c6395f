import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { Address, Range } from './types.ts'

/** Longest collection name or key, in bytes of UTF-8. */
export const maxNameBytes = 512
/** Most records one `list` may answer. */
export const maxListLimit = 10_000
/** Most addresses one `get` may ask for, and most changes one commit may carry. */
export const maxBatch = 10_000

// Control characters (C0, DEL, C1) and lone surrogates. With the u flag a well-formed pair is one character.
const forbidden = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u

/** Refuses what cannot be the name of a collection or a key: `INVALID` says which rule it broke. */
export function assertName(name: unknown, what: 'collection' | 'key'): asserts name is string {
  if (typeof name !== 'string') throw invalid(`A ${what} must be a string, not ${typeof name}.`)
  if (name.length === 0) throw invalid(`A ${what} must not be empty.`)
  if (forbidden.test(name))
    throw invalid(`A ${what} must not contain control characters or lone surrogates: ${show(name)}.`)
  // A UTF-16 unit is at most three bytes, so short names need no counting.
  if (name.length * 3 > maxNameBytes && Buffer.byteLength(name) > maxNameBytes) {
    throw invalid(`A ${what} is at most ${maxNameBytes} bytes of UTF-8; this one has ${Buffer.byteLength(name)}.`)
  }
}

/** Refuses a malformed address. */
export function assertAddress(at: Address): void {
  if (typeof at !== 'object' || at === null) throw invalid('An address must be { collection, key }.')
  assertName(at.collection, 'collection')
  assertName(at.key, 'key')
}

/** Refuses a malformed range: bounds follow the key grammar (a prefix may be empty), `limit` is 1–10,000. */
export function assertRange(range: Range): void {
  if (typeof range !== 'object' || range === null) throw invalid('A range must be an object with a limit.')
  assertLimit(range.limit)
  if (range.prefix !== undefined && range.prefix !== '') assertName(range.prefix, 'key')
  if (range.after !== undefined) assertName(range.after, 'key')
  if (range.before !== undefined) assertName(range.before, 'key')
  if (range.reverse !== undefined && typeof range.reverse !== 'boolean')
    throw invalid('range.reverse must be a boolean.')
}

/** Refuses a limit that is not a whole number from 1 to 10,000. */
export function assertLimit(limit: unknown): void {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > maxListLimit) {
    throw invalid(`A limit must be a whole number from 1 to ${maxListLimit}, not ${String(limit)}.`)
  }
}

/**
 * Order of two strings by their UTF-8 bytes. JavaScript's `<` compares UTF-16 units, which puts an emoji before U+FFFD;
 * code points have the same order as their UTF-8 bytes.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xHigh = x >= 0xd800 && x <= 0xdfff
    const yHigh = y >= 0xd800 && y <= 0xdfff
    // A surrogate stands for a code point above every single unit.
    if (xHigh !== yHigh) return xHigh ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

/**
 * The smallest key after every key that starts with `prefix`, or undefined when there is none: `[prefix, upperBound)`.
 */
export function prefixUpperBound(prefix: string): string | undefined {
  const points = Array.from(prefix)
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!
    const next = last === 0xd7ff ? 0xe000 : last + 1
    if (next <= 0x10ffff) return points.join('') + String.fromCodePoint(next)
  }
  return undefined
}

function invalid(message: string): ThreadkeepError {
  return new ThreadkeepError('INVALID', message)
}

function show(name: string): string {
  const text = JSON.stringify(name)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
