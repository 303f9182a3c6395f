import type { JsonObject, Millis } from '@threadkeep/core/store'
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql'

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i

function refuse(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
}

function parseMoment(value: unknown): Millis {
  if (typeof value !== 'string' || !moment.test(value)) refuse('A DateTime is written like "2026-01-31T12:00:00.000Z".')
  const millis = Date.parse(value as string)
  return Number.isNaN(millis) ? refuse('This DateTime does not exist in the calendar.') : millis
}

const slots = 4_096
const shownAt = new Float64Array(slots).fill(Number.NaN)
const shown: string[] = new Array(slots).fill('')

/** As `toISOString` writes it. The same pages are read again and again, so texts are kept, one for each slot. */
function momentText(millis: Millis): string {
  const slot = millis & (slots - 1)
  if (shownAt[slot] !== millis) {
    shown[slot] = new Date(millis).toISOString()
    shownAt[slot] = millis
  }
  return shown[slot]!
}

/** A moment: epoch milliseconds within, an RFC 3339 text in UTC outside. */
export const DateTime = new GraphQLScalarType<Millis, string>({
  name: 'DateTime',
  description: 'A moment as RFC 3339 text, answered in UTC with milliseconds: `2026-01-31T12:00:00.000Z`.',
  serialize: (value) => momentText(value as Millis),
  parseValue: parseMoment,
  parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : undefined),
})

function parseObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('A JSONObject is an object: { … }.')
  return value as JsonObject
}

/** Any JSON object, passed through untouched. */
export const JSONObject = new GraphQLScalarType<JsonObject, JsonObject>({
  name: 'JSONObject',
  description: 'Any JSON object. Names and values are kept exactly as they are.',
  serialize: (value) => value as JsonObject,
  parseValue: parseObject,
  parseLiteral: (node, variables) => parseObject(plainLiteral(valueFromASTUntyped(node, variables))),
})

/** Literals come with objects that have no prototype: the domain wants plain ones. */
function plainLiteral(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function parseCursor(value: unknown): string {
  return typeof value === 'string' ? value : refuse('A Cursor is a text that an earlier answer gave.')
}

/** An opaque position in a list or a stream of events. */
export const Cursor = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description: 'An opaque position: pass back what an earlier answer gave, to the same list or stream.',
  serialize: (value) => value as string,
  parseValue: parseCursor,
  parseLiteral: (node) => parseCursor(node.kind === Kind.STRING ? node.value : undefined),
})
