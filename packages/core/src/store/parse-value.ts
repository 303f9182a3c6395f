import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { JsonObject } from './types.ts'

/** The value that a store keeps as JSON text. Text that is not JSON is `CORRUPT`, and the error names the record. */
export function parseValue(text: string, collection: string, key: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    // Without the cause: the error of `JSON.parse` quotes the content.
    throw new ThreadkeepError('CORRUPT', `The record ${key} of ${collection} is not JSON. Restore it from a backup.`, {
      details: { collection, key },
    })
  }
}
