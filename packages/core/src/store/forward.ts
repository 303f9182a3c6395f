import type { EnumerableStore, Store, SweepableStore } from './types.ts'

/** All that a store may offer: the four verbs, and what some stores can do beyond them. */
export interface FullStore
  extends Store,
    Partial<Pick<EnumerableStore, 'collections'>>,
    Partial<Pick<SweepableStore, 'sweep'>> {}

/**
 * A store that behaves as `inner` but for `overrides`. Every verb is forwarded, the optional ones exactly when `inner`
 * has them, so nothing is lost by wrapping.
 */
export function forward(inner: Store, overrides: Partial<FullStore>): Store {
  const { collections, sweep } = inner as FullStore
  const close = overrides.close ?? (() => inner.close())
  return {
    name: overrides.name ?? inner.name,
    get: overrides.get ?? ((at, options) => inner.get(at, options)),
    list: overrides.list ?? ((collection, range, options) => inner.list(collection, range, options)),
    commit: overrides.commit ?? ((changes, options) => inner.commit(changes, options)),
    close,
    [Symbol.asyncDispose]: close,
    ...(collections && { collections: overrides.collections ?? collections.bind(inner) }),
    ...(sweep && { sweep: overrides.sweep ?? sweep.bind(inner) }),
  } as Store
}

/** Whether a store can name its collections. */
export function isEnumerable(store: Store): store is EnumerableStore {
  return typeof (store as FullStore).collections === 'function'
}

/** Whether a store needs somebody to remove its expired records. */
export function isSweepable(store: Store): store is SweepableStore {
  return typeof (store as FullStore).sweep === 'function'
}
