import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { assertAddress, maxBatch } from './keys.ts'
import type { Address, Change, JsonObject, Millis, Version } from './types.ts'

/** The latest and earliest instant that every store can hold: the bounds of a `Date`. */
export const maxMillis = 8_640_000_000_000_000

/** A change that belongs to the store, its value in the form the store keeps. */
export type TakenChange<V> =
  | { readonly type: 'put'; readonly at: Address; readonly value: V; readonly expiresAt?: Millis }
  | { readonly type: 'delete'; readonly at: Address }
  | { readonly type: 'check'; readonly at: Address; readonly version: Version | null }

/**
 * A commit as the store's own copy: proven sound, each value taken by `take` (`toJsonText`, `copyJsonObject`). Nothing the
 * caller does afterwards changes it, so a store that takes its changes before its first await is safe.
 */
export function takeChanges<V>(changes: readonly Change[], take: (value: JsonObject) => V): TakenChange<V>[] {
  assertBatch(changes, 'changes')
  const taken: TakenChange<V>[] = []
  let last: { readonly value: JsonObject; readonly own: V } | undefined
  // One value in two places that follow each other (an event, kept and sent) is taken once: nobody changes what was taken.
  const takeOnce = (value: JsonObject): V => {
    if (last === undefined || last.value !== value) last = { value, own: take(value) }
    return last.own
  }
  for (let i = 0; i < changes.length; i++) taken.push(takeChange(changes[i]!, takeOnce))
  return taken
}

/** A question to `get` as the store's own copy, proven sound. */
export function takeAddresses(at: readonly Address[]): Address[] {
  assertBatch(at, 'addresses')
  const taken: Address[] = []
  for (let i = 0; i < at.length; i++) taken.push(takeAddress(at[i]!))
  return taken
}

/** Refuses a malformed commit in all but the values of its puts. */
export function assertChanges(changes: readonly Change[]): void {
  takeChanges(changes, nothing)
}

/** Refuses a malformed list of addresses, or more than 10,000 of them. */
export function assertAddresses(at: readonly Address[]): void {
  assertBatch(at, 'addresses')
  for (let i = 0; i < at.length; i++) assertAddress(at[i]!)
}

/** Refuses what is not an array of at most 10,000. */
export function assertBatch(batch: readonly unknown[], what: string): void {
  if (!Array.isArray(batch)) throw invalid(`One call takes an array of ${what}, not ${typeof batch}.`)
  if (batch.length > maxBatch) throw invalid(`One call takes at most ${maxBatch} ${what}, not ${batch.length}.`)
}

/** Refuses an expiry that is not a whole number of epoch milliseconds. One in the past is fine: it deletes. */
export function assertExpiry(expiresAt: unknown): asserts expiresAt is Millis {
  if (!Number.isInteger(expiresAt) || Math.abs(expiresAt as number) > maxMillis) {
    throw invalid(`expiresAt must be a whole number of epoch milliseconds, not ${String(expiresAt)}.`)
  }
}

function takeChange<V>(change: Change, take: (value: JsonObject) => V): TakenChange<V> {
  if (typeof change !== 'object' || change === null) throw invalid('A change must be a put, a delete or a check.')
  const at = takeAddress(change.at)
  switch (change.type) {
    case 'put': {
      const { expiresAt } = change
      if (expiresAt === undefined) return { type: 'put', at, value: take(change.value) }
      assertExpiry(expiresAt)
      return { type: 'put', at, value: take(change.value), expiresAt }
    }
    case 'delete':
      return { type: 'delete', at }
    case 'check': {
      const { version } = change
      if (version === null || typeof version === 'string') return { type: 'check', at, version }
      throw invalid('A check needs the version that a read answered, or null for "must not exist".')
    }
    default:
      throw invalid(`A change is a put, a delete or a check, not ${String((change as { type?: unknown }).type)}.`)
  }
}

function takeAddress(at: Address): Address {
  if (typeof at !== 'object' || at === null) throw invalid('An address must be { collection, key }.')
  const taken = { collection: at.collection, key: at.key }
  assertAddress(taken)
  return taken
}

function nothing(): void {}

function invalid(message: string): ThreadkeepError {
  return new ThreadkeepError('INVALID', message)
}
