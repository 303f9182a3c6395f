import { compareBytes } from '@threadkeep/core/store'
import type { Bounds } from './layout.ts'
import { boundsOf, collectionAt, otherKinds, placeOf } from './layout.ts'

/** Which collections are asked for. */
export interface NameRange {
  readonly prefix?: string
  readonly after?: string
  readonly limit: number
}

/** Answers the first scope of a kind that has a live record, within bounds. */
export type FirstScope = (kind: string, bounds: Bounds | undefined) => Promise<string | undefined>

interface Head {
  readonly kind: string
  readonly scope: string
  readonly name: string
}

/**
 * The names of all collections with a live record, in byte order, each once: one question for each name and for each kind, however many
 * records there are.
 */
export async function collectionNames(
  range: NameRange,
  kinds: readonly string[],
  firstScope: FirstScope,
): Promise<readonly string[]> {
  const next = async (kind: string, bounds: Bounds | undefined): Promise<Head | undefined> => {
    const scope = await firstScope(kind, bounds)
    return scope === undefined ? undefined : { kind, scope, name: collectionAt({ kind, scope }) }
  }
  const ranges = new Map(kinds.flatMap((kind) => scopeRange(kind, range)))
  const heads = await Promise.all(Array.from(ranges, ([kind, scopes]) => next(kind, boundsOf(scopes))))
  const names: string[] = []
  while (names.length < range.limit) {
    const first = heads.reduce(
      (least, head) => (!least || (head && compareBytes(head.name, least.name) < 0) ? head : least),
      undefined,
    )
    if (!first) return names
    names.push(first.name)
    heads[heads.indexOf(first)] = await next(first.kind, boundsOf({ ...ranges.get(first.kind), after: first.scope }))
  }
  return names
}

/** The range in which the scopes of a kind lie; nothing when none can. Scopes are in the order of the names they stand for. */
function scopeRange(kind: string, { prefix = '', after }: NameRange): [string, { prefix?: string; after?: string }][] {
  if (kind === otherKinds) return [[kind, after === undefined ? { prefix } : { prefix, after }]]
  const stem = `${kind}:`
  const scopes: { prefix?: string; after?: string } = {}
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
