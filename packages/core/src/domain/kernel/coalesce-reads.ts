import { forward } from '../../store/forward.ts'
import { maxBatch } from '../../store/keys.ts'
import type { Address, Entry, Store } from '../../store/types.ts'

interface Waiting {
  readonly at: readonly Address[]
  readonly resolve: (entries: readonly (Entry | undefined)[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Reads asked for in the same turn go to the store as one `get`, however many records they are. A lone read goes as it is, one of nothing not at all. Reads with a
 * signal of their own are not joined with others'.
 */
export function coalesceReads(inner: Store): Store {
  let waiting: Waiting[] = []
  const flush = (): void => {
    const batch = waiting
    waiting = []
    if (batch.length === 1) {
      getAll(batch[0]!.at).then(batch[0]!.resolve, batch[0]!.reject)
      return
    }
    getAll(batch.flatMap((one) => one.at)).then(
      (entries) => {
        let from = 0
        for (const one of batch) {
          one.resolve(entries.slice(from, from + one.at.length))
          from += one.at.length
        }
      },
      (error) => {
        for (const one of batch) one.reject(error)
      },
    )
  }
  /** In as many calls as the contract's bound takes. */
  function getAll(at: readonly Address[]): Promise<readonly (Entry | undefined)[]> {
    if (at.length <= maxBatch) return inner.get(at)
    const parts = Array.from({ length: Math.ceil(at.length / maxBatch) }, (_, i) =>
      inner.get(at.slice(i * maxBatch, (i + 1) * maxBatch)),
    )
    return Promise.all(parts).then((all) => all.flat())
  }
  return forward(inner, {
    get(at, options) {
      if (options?.signal) return inner.get(at, options)
      if (at.length === 0) return Promise.resolve([])
      return new Promise((resolve, reject) => {
        if (waiting.push({ at, resolve, reject }) === 1) queueMicrotask(flush)
      })
    },
  })
}
