import { isEnumerable } from '../store/forward.ts'
import type { Change, CommitResult, Entry, Store, Version } from '../store/types.ts'
import { isSame, ok, same } from './expect.ts'
import type { Step } from './model-history.ts'
import type { ModelChange, ModelEntry, NaiveModel } from './naive-model.ts'

/** Plays steps on a store and on a model of it, and throws where their answers differ. */
export function playerOf(store: Store, start: NaiveModel) {
  let model = start
  // A commit has a number for the model and a version for the store.
  const versions = new Map<number, Version>()
  const numbers = new Map<Version, number>()
  let commits = 0

  /** The two forms of a commit: what the store is given, and what the model is. */
  function forms(changes: Extract<Step, { type: 'commit' }>['changes'], now: number): [Change[], ModelChange[]] {
    const forStore: Change[] = []
    const forModel: ModelChange[] = []
    for (const { type, at, value, lifetime, state } of changes) {
      if (type === 'check') {
        const current = model.get(at)?.commit
        const commit = state === 'absent' ? null : state === 'current' ? (current ?? null) : (current ?? commits) - 1
        forModel.push({ type, at, commit })
        const version = commit === null ? null : (versions.get(commit) ?? ('never' as Version))
        forStore.push({ type, at, version })
      } else {
        const change: Change & ModelChange =
          type === 'delete'
            ? { type, at }
            : { type, at, value, ...(lifetime !== undefined && { expiresAt: now + lifetime }) }
        forStore.push(change)
        forModel.push(change)
      }
    }
    return [forStore, forModel]
  }

  function told(entry: Entry | undefined): unknown {
    if (entry === undefined) return undefined
    const { collection, key, value, version, expiresAt } = entry
    return {
      collection,
      key,
      value,
      commit: numbers.get(version) ?? version,
      ...(expiresAt !== undefined && { expiresAt }),
    }
  }

  function expected(entry: ModelEntry | undefined): unknown {
    if (entry === undefined) return undefined
    const { json, ...rest } = entry
    return { ...rest, value: JSON.parse(json) as unknown }
  }

  function remember(number: number, result: CommitResult): void {
    if (!result.ok) return
    versions.set(number, result.version)
    numbers.set(result.version, number)
  }

  async function dump(): Promise<unknown> {
    const entries: unknown[] = []
    for (const collection of ['one', 'two']) {
      entries.push(...(await store.list(collection, { limit: 1_000 })).map(told))
    }
    return entries
  }

  function dumpModel(of: NaiveModel): unknown {
    return ['one', 'two'].flatMap((collection) => of.list(collection, { limit: 1_000 }).map(expected))
  }

  return {
    async play(step: Exclude<Step, { type: 'wait' }>, now: number): Promise<void> {
      switch (step.type) {
        case 'get':
          same(
            (await store.get(step.at)).map(told),
            step.at.map((at) => expected(model.get(at))),
            'get',
          )
          return
        case 'list':
          same(
            (await store.list(step.collection, step.range)).map(told),
            model.list(step.collection, step.range).map(expected),
            `list ${JSON.stringify(step.range)}`,
          )
          return
        case 'collections':
          if (isEnumerable(store))
            same(await store.collections(step.range), model.collections(step.range), 'collections')
          return
        case 'compare':
          same(await dump(), dumpModel(model), 'all records')
          return
        case 'commit': {
          const [forStore, forModel] = forms(step.changes, now)
          const number = commits++
          const result = await store.commit(forStore)
          remember(number, result)
          const failed = model.commit(forModel, number)
          same(result.ok, failed === undefined, 'whether the commit happened')
          if (!result.ok)
            ok(
              failed?.some((at) => isSameAddress(at, result.conflict)),
              'the conflict is a check that failed',
            )
          return
        }
        case 'race': {
          const racers = step.commits.map((changes) => ({ number: commits++, forms: forms(changes, now) }))
          const results = await Promise.all(racers.map(({ forms: [forStore] }) => store.commit(forStore)))
          for (const [index, { number }] of racers.entries()) remember(number, results[index]!)
          const after = await dump()
          // There must be an order of the racers in which one after the other gives these answers and these records.
          const winner = permutations(racers.map((_, index) => index))
            .map((order) => {
              const tried = model.copy()
              const fits = order.every((index) => {
                const {
                  number,
                  forms: [, forModel],
                } = racers[index]!
                return (tried.commit(forModel, number) === undefined) === results[index]!.ok
              })
              return fits ? tried : undefined
            })
            .find((tried) => tried !== undefined && isSame(dumpModel(tried), after))
          ok(winner, `no order of the racing commits explains ${JSON.stringify(results)} and ${JSON.stringify(after)}`)
          model = winner
          return
        }
      }
    },
  }
}

function isSameAddress(a: { collection: string; key: string }, b: { collection: string; key: string }): boolean {
  return a.collection === b.collection && a.key === b.key
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}
