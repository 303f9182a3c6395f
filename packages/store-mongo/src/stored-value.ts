import type { Json, JsonObject } from '@threadkeep/core/store'
import { copyJsonObject } from '@threadkeep/core/store'

/** A value as a document keeps it: as native BSON, or as JSON text where BSON cannot hold it exactly. */
export interface StoredValue {
  readonly value?: JsonObject
  readonly json?: string
}

// MongoDB nests 100 levels, and the value is not at the top.
const deepestBson = 80

/**
 * The store's own copy of a value, in the form it is kept, and about how large it is. It reads naturally unless BSON or the driver would
 * change or refuse it.
 */
export function storeValue(given: JsonObject): { readonly stored: StoredValue; readonly size: number } {
  const value = copyJsonObject(given)
  const size = sizeInBson(value, 0)
  if (!Number.isNaN(size)) return { stored: { value }, size }
  const json = JSON.stringify(value)
  return { stored: { json }, size: json.length }
}

/** The value as it was; undefined when there is none. */
export function restoreValue({ value, json }: StoredValue): JsonObject | undefined {
  return json === undefined ? value : (JSON.parse(json) as JsonObject)
}

/** Characters and overhead of a value, NaN when BSON cannot hold it. */
function sizeInBson(value: Json, depth: number): number {
  if (typeof value === 'string') return value.length + 8
  if (typeof value !== 'object' || value === null) return 8
  if (depth > deepestBson) return Number.NaN
  let size = 8
  if (Array.isArray(value)) {
    for (const item of value) size += sizeInBson(item, depth + 1) + 8
    return size
  }
  for (const name in value as JsonObject) {
    if (isReserved(name)) return Number.NaN
    size += name.length + sizeInBson((value as JsonObject)[name]!, depth + 1)
  }
  return size
}

/** BSON ends a name at NUL; the driver takes `_bsontype` and `$ref` for types of its own. */
function isReserved(name: string): boolean {
  return name === '__proto__' || name === '_bsontype' || name === '$ref' || name.includes('\u0000')
}
