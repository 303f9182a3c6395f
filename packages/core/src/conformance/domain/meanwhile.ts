import { forward } from '../../store/forward.ts'
import type { Store } from '../../store/types.ts'

/** A store right before whose first commit to `collection` something else happens: the race that its caller loses. */
export function meanwhile(store: Store, collection: string, act: () => Promise<unknown>): Store {
  let before: (() => Promise<unknown>) | undefined = act
  return forward(store, {
    async commit(changes, options) {
      if (before && changes.some(({ at }) => at.collection === collection)) {
        const first = before
        before = undefined
        await first()
      }
      return store.commit(changes, options)
    },
  })
}
