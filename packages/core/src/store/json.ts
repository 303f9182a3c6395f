import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { Json, JsonObject } from './types.ts'

/** Deepest nesting of a value: objects and arrays within each other, the record itself counted. */
export const maxJsonDepth = 128

const ownProperty = Object.prototype.hasOwnProperty

// The names on the way to where the walk stands, for messages only; each level overwrites its own place.
const trail: (string | number)[] = []

/**
 * The caller's value as an own copy, proven to be plain JSON in the same pass, so that nothing can change in between.
 *
 * Refuses `undefined`, NaN, ±Infinity, dates, bytes, maps, bigints, functions, symbols (also as names), class instances,
 * objects with `toJSON`, cycles, holes in arrays and lone surrogates, with the path of the first offence in the message.
 * Names that JSON does not see (non-enumerable ones, and names on arrays) are left behind; accessors are read once.
 */
export function copyJsonObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ThreadkeepError('INVALID', `A record must be a plain object, not ${describe(value)}.`)
  }
  return takeObject(value, 0) as JsonObject
}

/** Refuses what `copyJsonObject` refuses. */
export function assertJsonObject(value: unknown): asserts value is JsonObject {
  copyJsonObject(value)
}

/** The JSON text of a value that is proven to be plain JSON. This is how stores of text take their own copy. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(copyJsonObject(value))
}

/** A deep copy of what is known to be plain JSON. */
export function cloneJson<T extends Json>(value: T): T {
  return (typeof value === 'object' && value !== null ? cloneContainer(value) : value) as T
}

function cloneContainer(value: object): object {
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value]
    for (let i = 0; i < copy.length; i++) {
      const item = copy[i]
      if (typeof item === 'object' && item !== null) copy[i] = cloneContainer(item)
    }
    return copy
  }
  const copy: Record<string, unknown> = { ...value }
  for (const name in copy) {
    const item = copy[name]
    if (typeof item === 'object' && item !== null && ownProperty.call(copy, name)) copy[name] = cloneContainer(item)
  }
  return copy
}

function takeArray(value: readonly unknown[], depth: number): unknown[] {
  if (depth >= maxJsonDepth) throw tooDeep()
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Array.prototype && !(prototype && isForeignRoot(Object.getPrototypeOf(prototype)))) {
    throw refuse(depth, 'an array subclass is not JSON')
  }
  // Spreading turns holes into undefined, and keeps lists of numbers as compact as they were.
  const copy: unknown[] = [...value]
  for (let i = 0; i < copy.length; i++) {
    const item = copy[i]
    if (typeof item === 'object' && item !== null) {
      trail[depth] = i
      copy[i] = Array.isArray(item) ? takeArray(item, depth + 1) : takeObject(item, depth + 1)
    } else if (!isScalar(item)) throw refuseScalar(item, depth, i)
  }
  return copy
}

function takeObject(value: object, depth: number): object {
  // A cycle is endless depth, so this finds it too.
  if (depth >= maxJsonDepth) throw tooDeep()
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && !isForeignRoot(prototype)) {
    throw refuse(depth, `${describe(value)} is not JSON`)
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw refuse(depth, 'a symbol as a name is not JSON')
  // Spreading makes own plain data of every name, `__proto__` included; assigning to what is own keeps it so.
  const copy: Record<string, unknown> = { ...value }
  for (const name in copy) {
    if (!ownProperty.call(copy, name)) continue
    if (!soundNames.has(name)) assertSoundName(name, depth)
    const item = copy[name]
    if (typeof item === 'object' && item !== null) {
      trail[depth] = name
      copy[name] = Array.isArray(item) ? takeArray(item, depth + 1) : takeObject(item, depth + 1)
    } else if (!isScalar(item)) throw refuseScalar(item, depth, name)
  }
  return copy
}

function isScalar(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    default:
      return value === null
  }
}

function refuseScalar(value: unknown, depth: number, name: string | number): ThreadkeepError {
  trail[depth] = name
  if (typeof value === 'string') return refuse(depth + 1, 'a lone surrogate is not text')
  return refuse(depth + 1, `${typeof value === 'number' ? value : describe(value)} is not JSON`)
}

/** Looked up faster than looked at: records have the same few names over and over. */
const soundNames = new Set<string>()
const mostSoundNames = 4_096

function assertSoundName(name: string, depth: number): void {
  if (!name.isWellFormed()) throw refuse(depth, 'a name with a lone surrogate is not text')
  if (name.length <= 32 && soundNames.size < mostSoundNames) soundNames.add(name)
}

/** `Object.prototype` of another realm (a vm context, a test runner's sandbox): its objects are as plain as ours. */
function isForeignRoot(prototype: object | null): boolean {
  return (
    prototype !== null &&
    prototype !== Object.prototype &&
    Object.getPrototypeOf(prototype) === null &&
    ownProperty.call(prototype, 'isPrototypeOf')
  )
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'a class instance'
}

function tooDeep(): ThreadkeepError {
  return refuse(8, `nested deeper than ${maxJsonDepth} levels, or a cycle`)
}

function refuse(depth: number, why: string): ThreadkeepError {
  const path = trail
    .slice(0, depth)
    .reduce<string>((text, name) => text + (typeof name === 'number' ? `[${name}]` : `.${name}`), '$')
    .slice(0, 200)
  return new ThreadkeepError('INVALID', `Only plain JSON can be stored: ${why} (at ${path}).`, { details: { path } })
}
