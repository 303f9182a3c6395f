import type { Address, Entry, JsonObject, Millis, Version } from '@threadkeep/core/store'
import { compareBytes, prefixUpperBound, ThreadkeepError } from '@threadkeep/core/store'
import type { StoredValue } from './stored-value.ts'
import { restoreValue } from './stored-value.ts'

/**
 * One record as MongoDB keeps it. `messages:t1` / `000042` is `{ _id: 't1:000042', scope: 't1', key: '000042', value: {…} }`
 * in the collection `messages`.
 */
export interface RecordDocument extends StoredValue {
  readonly _id: string
  /** What follows the first `:` of the collection's name; empty when it has none. */
  readonly scope: string
  readonly key: string
  readonly version: string
  /** A number of milliseconds where a date would lie beyond the year 9999, which many tools cannot show or even read. */
  readonly expiresAt?: Date | number
  /** When the server may delete it for good: by the server's clock, well after `expiresAt`. */
  readonly removeAt?: Date
  /** The version of the last commit that relied on the record without changing it. */
  readonly touched?: string
}

/** Where the records of one collection are. */
export interface Place {
  readonly kind: string
  readonly scope: string
}

/** Names its kinds, each by one document: what the store made, it knows again. */
export const catalog = 'threadkeep.kinds'

/** Keeps the records of all kinds whose names MongoDB does not take; there, `scope` is the whole name of the collection. */
export const otherKinds = 'threadkeep.other'

/** Serves every range; that no address occurs twice is up to `_id`. */
export const addressIndex = { name: 'address', key: { scope: 1, key: 1 } } as const

/** Removes expired records from the disk. */
export const expiryIndex = { name: 'expiry', key: { removeAt: 1 }, expireAfterSeconds: 0, sparse: true } as const

// A record is invisible from `expiresAt` on. The server's own deletion comes later, so that its clock decides nothing.
const removalMargin = 3_600_000
const latestDate = Date.UTC(9999, 11, 31)
// No name holds a control character, so this scope is nobody else's, and it sorts where the empty one belongs.
const emptyScope = '\u0001'

/** Where `collection` is kept: the physical collection (one for each kind), and the scope within it. */
export function placeOf(collection: string): Place {
  const colon = collection.indexOf(':')
  const kind = colon < 0 ? collection : collection.slice(0, colon)
  if (!isCollectionName(kind)) return { kind: otherKinds, scope: collection }
  if (colon < 0) return { kind, scope: '' }
  return { kind, scope: colon === collection.length - 1 ? emptyScope : collection.slice(colon + 1) }
}

/** The collection that `placeOf` puts there. */
export function collectionAt({ kind, scope }: Place): string {
  if (kind === otherKinds) return scope
  if (scope === '') return kind
  return scope === emptyScope ? `${kind}:` : `${kind}:${scope}`
}

/** The `_id` of a record: `scope:key`, with the colons of the scope escaped, so that no two addresses share one. */
export function recordId(scope: string, key: string): string {
  return `${/[:%]/.test(scope) ? scope.replaceAll('%', '%25').replaceAll(':', '%3A') : scope}:${key}`
}

/** MongoDB takes longer names, but index builds and sharding ask for room in the 255 bytes of a full name. */
function isCollectionName(kind: string): boolean {
  return (
    kind !== '' && Buffer.byteLength(kind) <= 120 && !/[$]|\.\.|^\.|\.$|^system\.|^threadkeep\.|^threadkeep$/.test(kind)
  )
}

/** When something expires. `wallClock` is the server's time as well as we know it; `now` is the store's. */
export interface Expiry {
  readonly expiresAt: Millis
  readonly now: Millis
  readonly wallClock: Millis
}

/** The document of a record. */
export function documentOf(
  at: Address,
  { scope }: Place,
  stored: StoredValue,
  version: Version,
  expiry: Expiry | undefined,
): RecordDocument {
  const { collection: _, key } = at
  const head = { _id: recordId(scope, key), scope, key, ...stored, version }
  if (!expiry) return head
  const removeAt = removalAt(expiry)
  const { expiresAt } = expiry
  return removeAt ? { ...head, expiresAt: new Date(expiresAt), removeAt } : { ...head, expiresAt }
}

/** When the server may delete what expires at `expiresAt`; undefined when that is never. */
export function removalAt({ expiresAt, now, wallClock }: Expiry): Date | undefined {
  if (expiresAt > latestDate) return undefined
  return new Date(Math.min(wallClock + Math.max(expiresAt - now, 0) + removalMargin, latestDate))
}

/** The record a document keeps, or undefined when it has expired. */
export function entryOf(collection: string, document: RecordDocument, now: Millis): Entry | undefined {
  const { key, version, expiresAt } = document
  const value: JsonObject | undefined = restoreValue(document)
  if (typeof version !== 'string' || !value) {
    throw new ThreadkeepError('CORRUPT', `The record ${key} of ${collection} was not written by this store.`, {
      details: { collection, key },
    })
  }
  const entry = { collection, key, value, version: version as Version }
  if (expiresAt === undefined) return entry
  return hasExpired(document, now) ? undefined : { ...entry, expiresAt: Number(expiresAt) }
}

/** Whether a document stands for nothing any more. */
export function hasExpired({ expiresAt }: Pick<RecordDocument, 'expiresAt'>, now: Millis): boolean {
  return expiresAt !== undefined && Number(expiresAt) <= now
}

/** The condition that a record has not expired: also true where there is no expiry at all. */
export function isLive(now: Millis): { readonly expiresAt: object } {
  return { expiresAt: { $not: { $lte: new Date(now) } } }
}

/** Bounds on a string field. */
export interface Bounds {
  $gt?: string
  $gte?: string
  $lt?: string
}

/** What `prefix`, `after` and `before` leave of all strings; undefined when that is everything. */
export function boundsOf(range: {
  readonly prefix?: string
  readonly after?: string
  readonly before?: string
}): Bounds | undefined {
  const { prefix = '', after, before } = range
  const bounds: Bounds = {}
  if (after !== undefined && compareBytes(after, prefix) >= 0) bounds.$gt = after
  else if (prefix !== '') bounds.$gte = prefix
  const upper = prefix === '' ? undefined : prefixUpperBound(prefix)
  const least = before === undefined || (upper !== undefined && compareBytes(upper, before) < 0) ? upper : before
  if (least !== undefined) bounds.$lt = least
  return Object.keys(bounds).length === 0 ? undefined : bounds
}
