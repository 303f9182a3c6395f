import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { JsonObject } from '../store/types.ts'
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'

/** How the values of a collection look in the store. */
export interface ValueForm<Output> {
  /** The record of a value, once the schema has passed it. `INVALID` names the key and the issues. */
  toRecord(key: string, value: unknown): JsonObject | Promise<JsonObject>
  /** The value of a record, once the schema has passed it. `CORRUPT` names the record and the issues. */
  toValue(key: string, record: JsonObject): Output | Promise<Output>
}

// Records are objects. Any other value (a list, a text) is kept under this name, and so is an object that looks as if.
const envelope = '$value'

/**
 * Values checked by `schema` on their way in and out. What it makes of a value is what is stored, or what `encode` makes of
 * that: it must pass its own results.
 */
export function valueForm<Output>(
  collection: string,
  schema: StandardSchema<unknown, Output> | undefined,
  encode?: (value: Output) => unknown,
): ValueForm<Output> {
  if (schema === undefined) {
    if (encode === undefined)
      return { toRecord: (_key, value) => wrap(value), toValue: (_key, record) => unwrap(record) as Output }
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `The collection ${collection} needs a schema that reads what encode makes.`,
    )
  }
  const { validate } = schema['~standard']

  /** What the schema has passed, or the refusal that says what is wrong with it. */
  function passed(result: SchemaResult<Output>, code: 'INVALID' | 'CORRUPT', what: string, key: string): Output {
    if (result.issues === undefined) return result.value
    throw refusal(code, what, collection, key, result.issues)
  }

  function record(key: string, result: SchemaResult<Output>): JsonObject | Promise<JsonObject> {
    const output = passed(result, 'INVALID', 'The value for', key)
    if (encode === undefined) return wrap(output)
    const stored = encode(output)
    // What could be written but not read again is refused while its writer is there to hear it.
    const readable = (again: SchemaResult<Output>) => {
      passed(again, 'INVALID', 'What encode made of the value for', key)
      return wrap(stored)
    }
    const again = validate(stored)
    return again instanceof Promise ? again.then(readable) : readable(again)
  }

  function value(key: string, result: SchemaResult<Output>): Output {
    return passed(result, 'CORRUPT', 'The record', key)
  }

  return {
    toRecord(key, given) {
      const result = validate(given)
      return result instanceof Promise ? result.then((answer) => record(key, answer)) : record(key, result)
    },
    toValue(key, stored) {
      const result = validate(unwrap(stored))
      return result instanceof Promise ? result.then((answer) => value(key, answer)) : value(key, result)
    },
  }
}

function wrap(value: unknown): JsonObject {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isRecord && !isEnvelope(value)) return value as JsonObject
  // Left to the store to refuse, in its own words.
  if (value === undefined) return value as unknown as JsonObject
  return { [envelope]: value } as JsonObject
}

function unwrap(record: JsonObject): unknown {
  return isEnvelope(record) ? record[envelope] : record
}

function isEnvelope(value: object): value is { [envelope]: unknown } {
  return Object.hasOwn(value, envelope) && Object.keys(value).length === 1
}

function refusal(
  code: 'INVALID' | 'CORRUPT',
  what: string,
  collection: string,
  key: string,
  issues: readonly SchemaIssue[],
): ThreadkeepError {
  const told = issues.slice(0, 20).map(({ message, path = [] }) => ({
    message,
    path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
  }))
  const list = told.slice(0, 3).map(({ message, path }) => (path === '' ? message : `${path}: ${message}`))
  return new ThreadkeepError(code, `${what} ${key} in ${collection} does not fit its schema: ${list.join('; ')}.`, {
    details: { collection, key, issues: told },
  })
}
