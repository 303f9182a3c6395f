import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { forward } from '../../store/forward.ts'
import type { Store } from '../../store/types.ts'

/** A store that lets `commits` commits through and then none: what a process that crashes there leaves behind. */
export function crashAfter(store: Store, commits: number): Store {
  let left = commits
  return forward(store, {
    commit(changes, options) {
      if (left-- > 0) return store.commit(changes, options)
      return Promise.reject(new ThreadkeepError('UNAVAILABLE', 'The process has crashed.', { retryable: false }))
    },
  })
}
