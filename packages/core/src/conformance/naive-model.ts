import type { Clock } from '../store/clock.ts'
import type { Address, Change, Range } from '../store/types.ts'

/** A record as the model tells of it. `commit` is the number of the commit that wrote it: the model's version. */
export interface ModelEntry extends Address {
  readonly json: string
  readonly commit: number
  readonly expiresAt?: number
}

/** A change as the model takes it: a check names the number of a commit. */
export type ModelChange =
  | Exclude<Change, { type: 'check' }>
  | { readonly type: 'check'; readonly at: Address; readonly commit: number | null }

/** The storage contract in the fewest lines that can be right: a list of records, searched from end to end. */
export interface NaiveModel {
  get(at: Address): ModelEntry | undefined
  list(collection: string, range: Range): readonly ModelEntry[]
  /** Undefined when the commit happened, else every address whose check failed. */
  commit(changes: readonly ModelChange[], number: number): readonly Address[] | undefined
  collections(range: Range): readonly string[]
  copy(): NaiveModel
}

/** An empty model. */
export function naiveModel(clock: Clock, records: readonly ModelEntry[] = []): NaiveModel {
  let all = records

  const live = (): readonly ModelEntry[] =>
    all.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > clock.now())
  const isAt = (at: Address) => (entry: ModelEntry) => entry.collection === at.collection && entry.key === at.key
  const get = (at: Address): ModelEntry | undefined => live().find(isAt(at))

  function cut<T>(items: readonly T[], name: (item: T) => string, range: Range): readonly T[] {
    const { prefix = '', after, before, reverse = false, limit } = range
    const sorted = items
      .filter((item) => name(item).startsWith(prefix))
      .filter((item) => after === undefined || compareUtf8(name(item), after) > 0)
      .filter((item) => before === undefined || compareUtf8(name(item), before) < 0)
      .toSorted((a, b) => compareUtf8(name(a), name(b)))
    return (reverse ? sorted.toReversed() : sorted).slice(0, limit)
  }

  return {
    get,
    list: (collection, range) =>
      cut(
        live().filter((entry) => entry.collection === collection),
        (entry) => entry.key,
        range,
      ),
    commit(changes, number) {
      const failed = changes.filter(
        (change) => change.type === 'check' && (get(change.at)?.commit ?? null) !== change.commit,
      )
      if (failed.length > 0) return failed.map((change) => change.at)
      for (const change of changes) {
        if (change.type === 'check') continue
        all = all.filter((entry) => !isAt(change.at)(entry))
        if (change.type === 'delete') continue
        const { value, expiresAt } = change
        all = [
          ...all,
          { ...change.at, json: JSON.stringify(value), commit: number, ...(expiresAt !== undefined && { expiresAt }) },
        ]
      }
      return undefined
    },
    collections: (range) => cut([...new Set(live().map((entry) => entry.collection))], (name) => name, range),
    copy: () => naiveModel(clock, all),
  }
}

/** Not `compareBytes`, which may be what is wrong. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
