import { forward } from '../../store/forward.ts'
import type { Store } from '../../store/types.ts'
import { eventually } from './people.ts'

// Longer than background work gathers what it does together.
const rest = 100

/** The store, and a wait for the moment at which nothing has been asked of it for a while: what was begun stands by then. */
export function watchRest(inner: Store): { readonly store: Store; settled(): Promise<void> } {
  let lastCall = performance.now()
  let underWay = 0
  const watched = async <T>(call: Promise<T>): Promise<T> => {
    underWay++
    try {
      return await call
    } finally {
      underWay--
      lastCall = performance.now()
    }
  }
  return {
    store: forward(inner, {
      get: (at, options) => watched(inner.get(at, options)),
      list: (collection, range, options) => watched(inner.list(collection, range, options)),
      commit: (changes, options) => watched(inner.commit(changes, options)),
    }),
    settled() {
      const asked = performance.now()
      const isAtRest = () => underWay === 0 && performance.now() - Math.max(lastCall, asked) > rest
      return eventually(isAtRest, 'the store comes to rest')
    },
  }
}
