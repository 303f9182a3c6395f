import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { JsonObject } from './types.ts'

/** Deepest nesting of a value. */
export const maxJsonDepth = 128

/**
 * Refuses what is not a plain JSON object: `undefined`, NaN, ±Infinity, dates, bytes, maps, bigints, functions, symbols,
 * class instances, cycles, sparse arrays and lone surrogates, with the path of the first offence in the message.
 * A value that passes is written and read back by JSON unchanged.
 */
export function assertJsonObject(value: unknown): asserts value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('$', `a record must be a plain object, not ${describe(value)}`)
  }
  walk(value, '$', 0)
}

/** The JSON text of a value that is proven to be plain JSON. This is how stores take their own copy. */
export function toJsonText(value: unknown): string {
  assertJsonObject(value)
  return JSON.stringify(value)
}

function walk(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse(path, 'a lone surrogate is not text')
      return
    case 'boolean':
      return
    case 'number':
      if (!Number.isFinite(value)) throw refuse(path, `${value} is not JSON`)
      return
    case 'object':
      if (value === null) return
      // A cycle is endless depth, so the depth limit finds it too.
      if (depth >= maxJsonDepth)
        throw refuse(path.slice(0, 60), `nested deeper than ${maxJsonDepth} levels (or a cycle)`)
      if (Array.isArray(value)) walkArray(value, path, depth)
      else walkObject(value, path, depth)
      return
    default:
      throw refuse(path, `${describe(value)} is not JSON`)
  }
}

function walkArray(value: readonly unknown[], path: string, depth: number): void {
  if (Object.getPrototypeOf(value) !== Array.prototype) throw refuse(path, 'an array subclass is not JSON')
  for (let i = 0; i < value.length; i++) walk(value[i], `${path}[${i}]`, depth + 1)
}

function walkObject(value: object, path: string, depth: number): void {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw refuse(path, `${describe(value)} is not JSON`)
  if (Object.getOwnPropertySymbols(value).length > 0) throw refuse(path, 'a symbol key is not JSON')
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed()) throw refuse(path, 'a name with a lone surrogate is not text')
    walk((value as Record<string, unknown>)[name], `${path}.${name}`, depth + 1)
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
    throw refuse(path, 'an object with toJSON is not JSON')
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return Array.isArray(value) ? 'an array' : `a ${value.constructor?.name ?? 'class instance'}`
}

function refuse(path: string, why: string): ThreadkeepError {
  return new ThreadkeepError('INVALID', `Only plain JSON can be stored: ${why} (at ${path}).`, { details: { path } })
}
