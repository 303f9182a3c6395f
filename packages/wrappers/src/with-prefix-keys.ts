import type { Address, Change, Entry, FullStore, Range, Wrapper } from '@threadkeep/core/store'
import { assertLimit, forward } from '@threadkeep/core/store'
import type { PrefixOptions } from './prefix.ts'
import { createPrefix } from './prefix.ts'
import { renameEntries } from './rename-entries.ts'

/** How many collections are looked at per round when names are asked for. */
const namesAtOnce = 100

/**
 * Gives a tenant keys of its own inside shared collections: every key is kept under the prefix and comes back without
 * it. Nothing outside the prefix can be read, listed or written, and only collections with a key under it are named.
 */
export function withPrefixKeys(options: PrefixOptions): Wrapper {
  const prefix = createPrefix('withPrefixKeys', options, 'key')
  // What is malformed stays as it is, for the store to refuse.
  const inward = (at: Address): Address => (at?.key ? { collection: at.collection, key: prefix.add(at.key) } : at)
  const change = (step: Change): Change => (step?.at ? { ...step, at: inward(step.at) } : step)
  const narrow = (range: Range): Range =>
    range && {
      ...range,
      prefix: prefix.addToStart(range.prefix),
      ...(range.after !== undefined && { after: prefix.add(range.after) }),
      ...(range.before !== undefined && { before: prefix.add(range.before) }),
    }

  const outward = (entry: Entry): Entry => rename(entry, prefix.strip(entry.key))

  return (inner) =>
    forward(inner, {
      // The hot path: nothing is awaited here.
      get(at, options) {
        if (!Array.isArray(at)) return inner.get(at, options)
        let asked: readonly Address[]
        try {
          asked = at.length === 1 ? [inward(at[0])] : at.map(inward)
        } catch (error) {
          return Promise.reject(error)
        }
        return renameEntries(inner.get(asked, options), outward)
      },
      async list(collection, range, options) {
        const found = await inner.list(collection, narrow(range), options)
        return found.map(outward)
      },
      async commit(changes, options) {
        const result = await inner.commit(Array.isArray(changes) ? changes.map(change) : changes, options)
        if (result.ok) return result
        const { collection, key } = result.conflict
        return { ok: false, conflict: { collection, key: prefix.strip(key) } }
      },
      // A name alone may tell one tenant about another, so a collection is named only if something of ours is in it.
      async collections(range, options) {
        assertLimit(range.limit)
        const store = inner as Required<FullStore>
        const limit = Math.min(namesAtOnce, range.limit)
        const ours: string[] = []
        let position: { readonly after?: string } = {}
        for (;;) {
          const names = await store.collections({ ...range, ...position, limit }, options)
          const firsts = await Promise.all(names.map((name) => inner.list(name, narrow({ limit: 1 }), options)))
          ours.push(...names.filter((_, n) => firsts[n]!.length > 0))
          if (ours.length >= range.limit) return ours.slice(0, range.limit)
          if (names.length < limit) return ours
          position = { after: names.at(-1)! }
        }
      },
    })
}

function rename({ collection, value, version, expiresAt }: Entry, key: string): Entry {
  return expiresAt === undefined ? { collection, key, value, version } : { collection, key, value, version, expiresAt }
}
