import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { assertAddress, maxBatch } from './keys.ts'
import type { Address, Change, Millis } from './types.ts'

/** The latest and earliest instant that every store can hold: the bounds of a `Date`. */
export const maxMillis = 8_640_000_000_000_000

/** Refuses a malformed list of addresses, or more than 10,000 of them. */
export function assertAddresses(at: readonly Address[]): void {
  assertBatch(at, 'addresses')
  for (const address of at) assertAddress(address)
}

/**
 * Refuses a malformed commit in all but the values of its puts, which a store checks as it copies them: with
 * `toJsonText`, before it writes anything.
 */
export function assertChanges(changes: readonly Change[]): void {
  assertBatch(changes, 'changes')
  for (const change of changes) assertChange(change)
}

/** Refuses what is not an array of at most 10,000. */
export function assertBatch(batch: readonly unknown[], what: string): void {
  if (!Array.isArray(batch)) throw invalid(`One call takes an array of ${what}, not ${typeof batch}.`)
  if (batch.length > maxBatch) throw invalid(`One call takes at most ${maxBatch} ${what}, not ${batch.length}.`)
}

/** Refuses one malformed change in all but the value of a put. */
export function assertChange(change: Change): void {
  if (typeof change !== 'object' || change === null) throw invalid('A change must be a put, a delete or a check.')
  assertAddress(change.at)
  switch (change.type) {
    case 'put':
      if (change.expiresAt !== undefined) assertExpiry(change.expiresAt)
      return
    case 'delete':
      return
    case 'check':
      if (change.version !== null && typeof change.version !== 'string') {
        throw invalid('A check needs the version that a read answered, or null for "must not exist".')
      }
      return
    default:
      throw invalid(`A change is a put, a delete or a check, not ${String((change as { type?: unknown }).type)}.`)
  }
}

/** Refuses an expiry that is not a whole number of epoch milliseconds. One in the past is fine: it deletes. */
export function assertExpiry(expiresAt: unknown): asserts expiresAt is Millis {
  if (!Number.isInteger(expiresAt) || Math.abs(expiresAt as number) > maxMillis) {
    throw invalid(`expiresAt must be a whole number of epoch milliseconds, not ${String(expiresAt)}.`)
  }
}

function invalid(message: string): ThreadkeepError {
  return new ThreadkeepError('INVALID', message)
}
