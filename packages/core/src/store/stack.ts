import type { Store } from './types.ts'

/** A store in, a store out. */
export type Wrapper = (inner: Store) => Store

/** Wraps `base` in each wrapper in turn: the first is innermost, the last receives every call first. */
export function stack(base: Store, wrappers: readonly Wrapper[]): Store {
  return wrappers.reduce((inner, wrap) => wrap(inner), base)
}
