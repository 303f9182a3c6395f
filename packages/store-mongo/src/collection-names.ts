import { compareBytes } from '@threadkeep/core/store'
import type { Bounds } from './layout.ts'
import { boundsOf, collectionAt, otherKinds, placeOf } from './layout.ts'

/** Which collections are asked for. */
export interface NameRange {
  readonly prefix?: string
  readonly after?: string
  readonly limit: number
}

/** Answers the first scopes of a kind that have a live record, within bounds, each once and in order; none only when there are no more. */
export type FirstScopes = (kind: string, bounds: Bounds | undefined) => Promise<readonly string[]>

interface Head {
  readonly kind: string
  readonly range: ScopeRange
  /** What has been asked for and not been named yet. */
  scopes: readonly string[]
}

interface ScopeRange {
  prefix?: string
  after?: string
}

/** The names of all collections with a live record, in byte order, each once. */
export async function collectionNames(
  range: NameRange,
  kinds: readonly string[],
  firstScopes: FirstScopes,
): Promise<readonly string[]> {
  const heads = await Promise.all(
    kinds
      .flatMap((kind) => scopeRange(kind, range))
      .map(async ([kind, scopes]): Promise<Head> => {
        return { kind, range: scopes, scopes: await firstScopes(kind, boundsOf(scopes)) }
      }),
  )
  const nameOf = ({ kind, scopes: [scope] }: Head): string => collectionAt({ kind, scope: scope! })
  const names: string[] = []
  while (names.length < range.limit) {
    const open = heads.filter(({ scopes }) => scopes.length > 0)
    if (open.length === 0) return names
    const head = open.reduce((least, other) => (compareBytes(nameOf(other), nameOf(least)) < 0 ? other : least))
    names.push(nameOf(head))
    const [named, ...others] = head.scopes
    head.scopes = others.length > 0 ? others : await firstScopes(head.kind, boundsOf({ ...head.range, after: named! }))
  }
  return names
}

/** The range in which the scopes of a kind lie; nothing when none can. Scopes are in the order of the names they stand for. */
function scopeRange(kind: string, { prefix = '', after }: NameRange): [string, ScopeRange][] {
  if (kind === otherKinds) return [[kind, after === undefined ? { prefix } : { prefix, after }]]
  const stem = `${kind}:`
  const scopes: ScopeRange = {}
  if (prefix.startsWith(stem)) {
    // With nothing behind the colon, every scope but the empty one starts so.
    if (prefix === stem) scopes.after = ''
    else scopes.prefix = prefix.slice(stem.length)
  } else if (!kind.startsWith(prefix)) return []
  if (after === undefined || compareBytes(after, kind) < 0) return [[kind, scopes]]
  if (after.startsWith(stem)) scopes.after = placeOf(after).scope
  else if (compareBytes(after, stem) < 0) scopes.after = ''
  else return []
  return [[kind, scopes]]
}
