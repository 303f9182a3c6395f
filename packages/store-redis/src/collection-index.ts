import type { CallOptions, Clock, EnumerableStore, SweepableStore } from '@threadkeep/core/store'
import { assertLimit, assertRange } from '@threadkeep/core/store'
import type { Connection } from './connection.ts'
import type { Layout } from './layout.ts'
import { lexBounds } from './layout.ts'
import { collectionsScript, sweepScript } from './scripts.ts'

// How many collections one call looks through.
const stride = 200

/** What a store can do that knows the names of its collections and when something in them is due. */
export function collectionIndex(
  connection: Connection,
  names: Layout,
  clock: Clock,
  begin: (options: CallOptions | undefined) => void,
): Pick<EnumerableStore & SweepableStore, 'collections' | 'sweep'> {
  return {
    async collections(range, options) {
      begin(options)
      assertRange({ ...range })
      const { limit } = range
      const live: string[] = []
      let [low, high] = lexBounds(range)
      for (;;) {
        const page = ['ZRANGE', names.collections, low, high, 'BYLEX', 'LIMIT', '0', String(stride)]
        const found = await connection.send<string[]>(page, 'read', options?.signal)
        if (found.length > 0) {
          const keys = found.flatMap((name) => [names.records(name), names.expiry(name)])
          const args = [String(clock.now()), ...found]
          const all = [names.collections, ...keys]
          live.push(...(await connection.run<string[]>(collectionsScript, all, args, 'read', options?.signal)))
        }
        if (found.length < stride || live.length >= limit) return live.slice(0, limit)
        low = `(${found.at(-1)}`
      }
    },

    async sweep(limit, options) {
      begin(options)
      assertLimit(limit)
      let removed = 0
      while (removed < limit) {
        const now = String(clock.now())
        const page = ['ZRANGE', names.due, '-inf', now, 'BYSCORE', 'LIMIT', '0', String(stride)]
        const due = await connection.send<string[]>(page, 'read', options?.signal)
        if (due.length === 0) break
        const keys = due.flatMap((name) => [names.records(name), names.order(name), names.expiry(name)])
        const args = [now, String(limit - removed), ...due]
        const all = [names.collections, names.due, ...keys]
        removed += await connection.run<number>(sweepScript, all, args, 'write', options?.signal)
      }
      return removed
    },
  }
}
