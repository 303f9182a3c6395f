import type { CallOptions, EnumerableStore } from '@threadkeep/core/store'
import { assertLimit, compareBytes } from '@threadkeep/core/store'

type NameRange = Parameters<EnumerableStore['collections']>[0]

/** A store whose collections are named, where `keep` says which of them count. */
export interface NameSource {
  readonly store: EnumerableStore
  readonly keep?: (collection: string) => boolean
}

/** The collections of several stores as if they were one: in byte order, each once, at most `limit`. */
export async function mergeNames(
  sources: readonly NameSource[],
  range: NameRange,
  options: CallOptions | undefined,
): Promise<readonly string[]> {
  assertLimit(range.limit)
  const parts = await Promise.all(sources.map((source) => namesOf(source, range, options)))
  return [...new Set(parts.flat())].sort(compareBytes).slice(0, range.limit)
}

async function namesOf(
  { store, keep }: NameSource,
  range: NameRange,
  options: CallOptions | undefined,
): Promise<readonly string[]> {
  if (!keep) return store.collections(range, options)
  const kept: string[] = []
  let position: { readonly after?: string } = {}
  for (;;) {
    const names = await store.collections({ ...range, ...position }, options)
    kept.push(...names.filter(keep))
    if (kept.length >= range.limit || names.length < range.limit) return kept
    position = { after: names.at(-1)! }
  }
}
