import type { Address, Change, CommitResult, Entry, Json } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import { printable, printableName } from './printable.ts'

/** One call of a store, as a logger gets it. */
export interface LogRecord {
  readonly store: string
  readonly operation: 'get' | 'list' | 'commit' | 'collections' | 'sweep' | 'close'
  /** What was asked, such as `messages:t1/m1` or `put users/ann, check threads/t1`. Long calls are cut. */
  readonly subject: string
  /** `2 of 3 found`, `committed`, `conflict at threads/t1`, `failed` … */
  readonly outcome: string
  readonly durationMs: number
  readonly error?: { readonly code: string; readonly message: string; readonly maybeCommitted: boolean }
  /** What was written or read. Only where logging was asked for values. */
  readonly values?: Json
}

/** Most addresses that one line shows. */
const shown = 5

/** The record as one line for people. */
export function logText(record: LogRecord): string {
  const { store, operation, subject, outcome, durationMs, error, values } = record
  const what = subject === '' ? operation : `${operation} ${subject}`
  const why = error
    ? `: ${error.code} ${printable(error.message)}${error.maybeCommitted ? ' (maybe committed)' : ''}`
    : ''
  const data = values === undefined ? '' : ` ${printable(JSON.stringify(values))}`
  return `${printableName(store)} ${what} → ${outcome}${why} (${durationMs} ms)${data}`
}

/** The addresses of a get. */
export function addressesText(at: readonly Address[]): string {
  return Array.isArray(at) ? cut(at.map(addressText)) : printableName(at)
}

/** The changes of a commit. */
export function changesText(changes: readonly Change[]): string {
  if (!Array.isArray(changes)) return printableName(changes)
  return cut(changes.map((change?: Change) => `${printableName(change?.type)} ${addressText(change?.at)}`))
}

/** The bounds of a list. */
export function rangeText(range: object): string {
  if (typeof range !== 'object' || range === null) return String(range)
  return cut(Object.entries(range).map(([bound, value]) => `${bound}=${printableName(value)}`))
}

/** How many of the records asked for were there. */
export function foundText(entries: readonly (Entry | undefined)[]): string {
  const found = entries.filter((entry) => entry !== undefined).length
  if (entries.length === 1) return found === 1 ? 'hit' : 'miss'
  return `${found} of ${entries.length} found`
}

/** Whether a commit happened. */
export function commitText(result: CommitResult): string {
  return result.ok ? 'committed' : `conflict at ${addressText(result.conflict)}`
}

/** What is told of an error. */
export function describeError(error: unknown): NonNullable<LogRecord['error']> {
  if (isThreadkeepError(error)) {
    return { code: error.code, message: error.message, maybeCommitted: error.maybeCommitted }
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), maybeCommitted: false }
}

function addressText(at: Address | undefined): string {
  return `${printableName(at?.collection)}/${printableName(at?.key)}`
}

function cut(parts: readonly string[]): string {
  if (parts.length <= shown) return parts.join(', ')
  return `${parts.slice(0, shown).join(', ')} and ${parts.length - shown} more`
}
