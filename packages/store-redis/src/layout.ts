import type { Entry, Millis, PreparedWrite, Range, Version } from '@threadkeep/core/store'
import { parseValue, rangeBounds, ThreadkeepError } from '@threadkeep/core/store'

/*
 * A collection is three keys: a hash of its records, a sorted set of its record keys (all scores 0, so in byte order), and a
 * sorted set of the keys that expire by when they do. Two keys beside them index the collections: by name, and by when
 * something in them is due. All carry the namespace as their hash tag, so that every call is one script on one node, and
 * every key a script touches is declared.
 *
 * A record is `<version> <json>`, or `@<expiresAt> <version> <json>`. Scripts look at what stands before the JSON and never
 * into it.
 */

/** The keys of one namespace. */
export interface Layout {
  /** Names of collections, in byte order. */
  readonly collections: string
  /** Names of collections by when the first record in them expires. */
  readonly due: string
  records(collection: string): string
  order(collection: string): string
  expiry(collection: string): string
  /** The key of a token bucket. */
  bucket(name: string): string
  /** The channel of a topic. */
  channel(topic: string): string
}

/** Refuses a namespace that cannot be a hash tag. */
export function layout(namespace: string): Layout {
  if (!/^[^{}\u0000-\u001f\u007f]{1,128}$/.test(namespace)) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      'A namespace is 1–128 characters without braces and control characters, such as "threadkeep".',
    )
  }
  const tag = `{${namespace}}`
  return {
    collections: `${tag}:collections`,
    due: `${tag}:due`,
    records: (collection) => `${tag}:records:${collection}`,
    order: (collection) => `${tag}:order:${collection}`,
    expiry: (collection) => `${tag}:expiry:${collection}`,
    // Buckets stand alone, so they may live on any node of a cluster.
    bucket: (name) => `${namespace}:bucket:${name}`,
    channel: (topic) => `${namespace}:live:${topic}`,
  }
}

/** A write as the commit script takes it: the record as it is stored, or '' for none. */
export function pack({ text, expiresAt }: PreparedWrite, version: Version, now: Millis): string {
  if (text === undefined || (expiresAt !== undefined && expiresAt <= now)) return ''
  return expiresAt === undefined ? `${version} ${text}` : `@${expiresAt} ${version} ${text}`
}

/** The live record that a packed text holds; undefined for none and for an expired one. */
export function unpack(packed: string | null, collection: string, key: string, now: Millis): Entry | undefined {
  if (packed === null) return undefined
  let start = 0
  let expiresAt: Millis | undefined
  if (packed.startsWith('@')) {
    start = packed.indexOf(' ') + 1
    expiresAt = Number(packed.slice(1, start - 1))
    if (expiresAt <= now) return undefined
  }
  const end = packed.indexOf(' ', start)
  const version = packed.slice(start, end) as Version
  const value = parseValue(packed.slice(end + 1), collection, key)
  return expiresAt === undefined ? { collection, key, value, version } : { collection, key, value, version, expiresAt }
}

/** The bounds of a range in the words of ZRANGE BYLEX, low then high. */
export function lexBounds(range: Omit<Range, 'limit'>): readonly [string, string] {
  const { lower, upper } = rangeBounds(range)
  const min = lower === undefined ? '-' : `${lower.inclusive ? '[' : '('}${lower.key}`
  return [min, upper === undefined ? '+' : `(${upper}`]
}
