import { type ConformanceCase, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, commit, del, keys, put } from './steps.ts'

/** The largest calls that the contract allows. Apart from `storeCases`, for a server in a test may be too slow for them. */
export const largestCases: readonly ConformanceCase[] = [
  storeCase('one call carries ten thousand: commit, get and list', async (store) => {
    const names = Array.from({ length: 10_000 }, (_, n) => `k${String(n).padStart(5, '0')}`)
    await commit(store, ...names.map((key, n) => put(at('c', key), { n })))
    const answer = await store.get(names.map((key) => at('c', key)))
    ok(
      answer.every((entry, n) => entry?.value['n'] === n),
      'get answers each',
    )
    same(await keys(store, 'c', { limit: 10_000 }), names, 'list answers all')
    await commit(store, ...names.slice(1).map((key) => del(at('c', key))))
    same(await keys(store, 'c'), names.slice(0, 1), 'all but one are deleted')
  }),
]
