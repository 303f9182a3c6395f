import type { CallOptions, FullStore, Store, SweepableStore, Wrapper } from '@threadkeep/core/store'
import {
  assertAddresses,
  assertChanges,
  assertName,
  isEnumerable,
  isSweepable,
  ThreadkeepError,
} from '@threadkeep/core/store'
import { mergeNames } from './merge-names.ts'
import { requireThat } from './options.ts'

/** Which collections live in a store of their own. */
export interface Route {
  /** A name, the beginning of names followed by `*`, or a function that says whether a collection is meant. */
  readonly collections: string | ((collection: string) => boolean)
  readonly store: Store
}

/** Where collections live. */
export interface RoutingOptions {
  /** The first route that fits counts; what fits none stays in the wrapped store. */
  readonly routes: readonly Route[]
}

/**
 * Several stores seen as one, each collection in exactly one of them. A commit that would need two of them is refused
 * with `UNSUPPORTED`, because it could not be atomic. Closing it closes them all.
 */
export function withRouting(options: RoutingOptions): Wrapper {
  const routes = options.routes.map(({ collections, store }) => ({ fits: matcher(collections), store }))

  return (inner) => {
    const stores = [...new Set([inner, ...routes.map((route) => route.store)])]
    const storeOf = (collection: string): Store => routes.find((route) => route.fits(collection))?.store ?? inner
    const name = stores.map((store) => store.name).join(' + ')
    const close = async (): Promise<void> => {
      await Promise.all(stores.map((store) => store.close()))
    }
    const routed: FullStore = {
      name,
      async get(at, callOptions) {
        assertAddresses(at)
        const places = at.map(({ collection }) => storeOf(collection))
        const [first = inner] = places
        if (places.every((store) => store === first)) return first.get(at, callOptions)
        const asked = [...new Set(places)]
        const shares = asked.map((store) => at.filter((_, n) => places[n] === store))
        const found = await Promise.all(asked.map((store, n) => store.get(shares[n]!, callOptions)))
        const answers = new Map(asked.map((store, n) => [store, found[n]!.values()]))
        return places.map((store) => answers.get(store)!.next().value)
      },
      async list(collection, range, callOptions) {
        assertName(collection, 'collection')
        return storeOf(collection).list(collection, range, callOptions)
      },
      async commit(changes, callOptions) {
        assertChanges(changes)
        const targets = new Map(changes.map(({ at }) => [storeOf(at.collection), at.collection]))
        if (targets.size > 1) throw acrossStores(targets)
        const [target = inner] = targets.keys()
        return target.commit(changes, callOptions)
      },
      close,
      [Symbol.asyncDispose]: close,
    }
    // What is one store has a verb only if all its parts can answer it, but is swept where any part needs it.
    if (stores.every(isEnumerable)) {
      const sources = stores.map((store) => ({ store, keep: (collection: string) => storeOf(collection) === store }))
      routed.collections = (range, callOptions) => mergeNames(sources, range, callOptions)
    }
    const swept = stores.filter(isSweepable)
    if (swept.length > 0) routed.sweep = (limit, callOptions) => sweepAll(swept, limit, callOptions)
    return routed
  }
}

function matcher(collections: Route['collections']): (collection: string) => boolean {
  if (typeof collections === 'function') return collections
  const beginning = collections.endsWith('*') ? collections.slice(0, -1) : undefined
  requireThat('withRouting collections', () => assertName(beginning ?? collections, 'collection'))
  return beginning === undefined ? (name) => name === collections : (name) => name.startsWith(beginning)
}

async function sweepAll(stores: readonly SweepableStore[], limit: number, options?: CallOptions): Promise<number> {
  let removed = 0
  for (const store of stores) {
    removed += await store.sweep(limit - removed, options)
    if (removed >= limit) break
  }
  return removed
}

function acrossStores(targets: ReadonlyMap<Store, string>): ThreadkeepError {
  const places = [...targets].map(([store, collection]) => `${JSON.stringify(collection)} in ${store.name}`)
  return new ThreadkeepError(
    'UNSUPPORTED',
    `One commit cannot change several stores at once: ${places.join(', ')}. Nothing was written; route collections that ` +
      'change together to one store, or commit them one store at a time.',
    { details: { collections: [...targets.values()] } },
  )
}
