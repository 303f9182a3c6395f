import type { Address, Change, CommitResult, Entry, FullStore, Wrapper } from '@threadkeep/core/store'
import { answerOf, forward } from '@threadkeep/core/store'
import type { PrefixOptions } from './prefix.ts'
import { createPrefix } from './prefix.ts'
import { renameEntries } from './rename-entries.ts'

/**
 * Gives a tenant collections of its own in a shared store: every collection is kept under the prefix, and every name
 * comes back without it. Nothing outside the prefix can be read, listed, named or written.
 */
export function withPrefixCollections(options: PrefixOptions): Wrapper {
  const prefix = createPrefix('withPrefixCollections', options, 'collection')
  // What is malformed stays as it is, for the store to refuse.
  const inward = (at: Address): Address =>
    at?.collection ? { collection: prefix.add(at.collection), key: at.key } : at
  const change = (step: Change): Change => (step?.at ? { ...step, at: inward(step.at) } : step)

  const outward = (entry: Entry): Entry => rename(entry, prefix.strip(entry.collection))

  const conflictOutward = (result: CommitResult): CommitResult => {
    if (result.ok) return result
    const { collection, key } = result.conflict
    return { ok: false, conflict: { collection: prefix.strip(collection), key } }
  }

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
        const found = await inner.list(prefix.add(collection), range, options)
        return found.map((entry) => rename(entry, collection))
      },
      commit(changes, options) {
        let asked: readonly Change[]
        try {
          asked = Array.isArray(changes) ? changes.map(change) : changes
        } catch (error) {
          return Promise.reject(error)
        }
        const answer = inner.commit(asked, options)
        return answerOf(answer)?.ok ? answer : answer.then(conflictOutward)
      },
      async collections(range, options) {
        const { after } = range
        const names = await (inner as Required<FullStore>).collections(
          {
            limit: range.limit,
            prefix: prefix.addToStart(range.prefix),
            ...(after !== undefined && { after: prefix.add(after) }),
          },
          options,
        )
        return names.filter(prefix.covers).map(prefix.strip)
      },
    })
}

function rename({ key, value, version, expiresAt }: Entry, collection: string): Entry {
  return expiresAt === undefined ? { collection, key, value, version } : { collection, key, value, version, expiresAt }
}
