import type { Change, Entry, EnumerableStore, Range, Store, Version } from '@threadkeep/core/store'
import { compareBytes, forward, isEnumerable, ThreadkeepError, takeAddresses } from '@threadkeep/core/store'
import { copyChanges } from './copy-changes.ts'
import { mergeNames } from './merge-names.ts'

type Check = Extract<Change, { type: 'check' }>

/**
 * The records of `first` laid over those of `second`: what is in `first` hides what `second` has at the same address,
 * and deleting it lets the other show again. Only `first` is written; checks hold for what shows, as long as nobody
 * changes `second`.
 */
export function overlay(first: Store, second: Store): Store {
  const name = `${first.name} or ${second.name}`
  // Versions of two stores may look alike, so those of the second carry a mark that no store makes.
  const lead = `(${name}) `
  const mark = (entry: Entry): Entry => ({ ...entry, version: (lead + entry.version) as Version })

  /** A check that the second store has a say in. */
  const isOpen = (step: Change): step is Check =>
    step.type === 'check' && (step.version === null || step.version.startsWith(lead))

  /** The check that `first` has to make where its record may be missing, given what `second` holds there. */
  const settle = (check: Check, below: Entry | undefined): Change => {
    const expected = check.version === null ? undefined : check.version.slice(lead.length)
    // No record has the bare mark for its version: `first` then answers the conflict, after its other refusals.
    return { ...check, version: below?.version === expected ? null : (lead as Version) }
  }

  return forward(first, {
    name,
    async get(at, options) {
      const asked = takeAddresses(at)
      const found = await first.get(asked, options)
      const missing = asked.filter((_, n) => found[n] === undefined)
      if (missing.length === 0) return found
      const below = (await second.get(missing, options)).values()
      return found.map((entry) => {
        if (entry) return entry
        const other = below.next().value
        return other && mark(other)
      })
    },
    async list(collection, range, options) {
      const asked = { ...range }
      const [above, below] = await Promise.all([
        first.list(collection, asked, options),
        second.list(collection, asked, options),
      ])
      return below.length === 0 ? above : merge(above, below.map(mark), asked)
    },
    async commit(changes, options) {
      const steps = copyChanges(changes)
      const open = steps.filter(isOpen)
      if (open.length === 0) return first.commit(steps, options)
      const below = await second.get(
        open.map((check) => check.at),
        options,
      )
      const settled = new Map<Change, Change>(open.map((check, n) => [check, settle(check, below[n])]))
      return first.commit(
        steps.map((step) => settled.get(step) ?? step),
        options,
      )
    },
    async collections(range, options) {
      if (!isEnumerable(second)) {
        throw new ThreadkeepError(
          'UNSUPPORTED',
          `${second.name} cannot name its collections, so ${name} cannot either.`,
        )
      }
      return mergeNames([{ store: first as EnumerableStore }, { store: second }], range, options)
    },
    async close() {
      await Promise.all([first.close(), second.close()])
    },
  })
}

function merge(above: readonly Entry[], below: readonly Entry[], range: Range): readonly Entry[] {
  const byKey = new Map(below.map((entry) => [entry.key, entry]))
  for (const entry of above) byKey.set(entry.key, entry)
  const sign = range.reverse ? -1 : 1
  return [...byKey.values()].sort((a, b) => sign * compareBytes(a.key, b.key)).slice(0, range.limit)
}
