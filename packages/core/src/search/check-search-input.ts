import type { ErrorCode } from '../errors/threadkeep-error.ts'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { SearchChange, SearchDocument, SearchQuery } from '../ports/search-index.ts'
import { maxHits } from './limits.ts'

/** Refuses malformed changes with `INVALID`. An index calls it before it writes anything. */
export function assertSearchChanges(changes: readonly SearchChange[]): void {
  if (!Array.isArray(changes)) throw refuse('Search changes must be an array.')
  for (const change of changes as readonly SearchChange[]) {
    switch (change?.type) {
      case 'put':
        assertDocument(change.document)
        break
      case 'delete':
        assertId(change.threadId, 'threadId')
        assertId(change.messageId, 'messageId')
        break
      case 'deleteThread':
        assertId(change.threadId, 'threadId')
        break
      default:
        throw refuse('A search change is put, delete or deleteThread.')
    }
  }
}

/** Refuses a malformed query with `INVALID`, or `INVALID_LIMIT`. */
export function assertSearchQuery(query: SearchQuery): void {
  if (typeof query !== 'object' || query === null) throw refuse('A search query must be an object.')
  assertText(query.text, 'text')
  for (const name of ['threadIds', 'authorIds', 'roles', 'kinds'] as const) assertList(query[name], name)
  for (const name of ['from', 'to'] as const) if (query[name] !== undefined) assertNumber(query[name], name)
  const { limit, minScore, after } = query
  if (!Number.isInteger(limit) || limit < 1 || limit > maxHits) {
    throw refuse(`A search limit is a whole number from 1 to ${maxHits}, not ${String(limit)}.`, 'INVALID_LIMIT')
  }
  if (minScore !== undefined && !(typeof minScore === 'number' && minScore >= 0 && minScore <= 1)) {
    throw refuse(`minScore is a number from 0 to 1, not ${String(minScore)}.`)
  }
  if (after === undefined) return
  if (typeof after !== 'object' || after === null) throw refuse('after must be the position of a hit.')
  assertNumber(after.score, 'after.score')
  assertNumber(after.createdAt, 'after.createdAt')
  assertText(after.messageId, 'after.messageId')
  assertText(after.threadId, 'after.threadId')
}

function assertDocument(document: SearchDocument): void {
  if (typeof document !== 'object' || document === null) throw refuse('A search document must be an object.')
  for (const name of ['threadId', 'messageId', 'authorId', 'role', 'kind'] as const) assertId(document[name], name)
  assertText(document.text, 'text')
  for (const name of ['seq', 'createdAt'] as const) assertInteger(document[name], name)
  if (document.expiresAt !== undefined) assertInteger(document.expiresAt, 'expiresAt')
}

function assertText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw refuse(`${name} must be a string, not ${typeof value}.`)
  if (!value.isWellFormed()) throw refuse(`${name} must not contain lone surrogates.`)
}

function assertId(value: unknown, name: string): asserts value is string {
  assertText(value, name)
  if (value.includes('\0')) throw refuse(`${name} must not contain NUL.`)
}

function assertList(value: unknown, name: string): void {
  if (value === undefined) return
  if (!Array.isArray(value)) throw refuse(`${name} must be an array of strings.`)
  for (const item of value) if (typeof item !== 'string') throw refuse(`${name} must be an array of strings.`)
}

function assertNumber(value: unknown, name: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(`${name} must be a number.`)
}

function assertInteger(value: unknown, name: string): void {
  if (!Number.isSafeInteger(value)) throw refuse(`${name} must be a whole number.`)
}

function refuse(message: string, code: ErrorCode = 'INVALID'): ThreadkeepError {
  return new ThreadkeepError(code, message)
}
