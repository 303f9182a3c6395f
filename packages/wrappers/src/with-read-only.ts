import type { Wrapper } from '@threadkeep/core/store'
import { forward, ThreadkeepError } from '@threadkeep/core/store'

/**
 * Nothing is written through it: a commit with a put or a delete is refused with `READ_ONLY`, and sweeping removes
 * nothing. Reads, and commits that only check, pass.
 */
export function withReadOnly(): Wrapper {
  return (inner) =>
    forward(inner, {
      commit(changes, options) {
        if (!Array.isArray(changes) || changes.every((change) => change?.type === 'check')) {
          return inner.commit(changes, options)
        }
        return Promise.reject(
          new ThreadkeepError('READ_ONLY', `This view of ${inner.name} is read-only: write through the store itself.`),
        )
      },
      sweep: async () => 0,
    })
}
