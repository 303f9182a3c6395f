import type { Arbitrary } from 'fast-check'
import type { FastCheck } from '../model-history.ts'
import type { ThreadAct } from './thread-model.ts'

/** One step of a history: an act in one of two processes, several at once, time passing, or a look. */
export type ThreadStep =
  | { readonly type: 'act'; readonly process: number; readonly act: ThreadAct }
  | { readonly type: 'race'; readonly acts: readonly { readonly process: number; readonly act: ThreadAct }[] }
  | { readonly type: 'wait'; readonly millis: number }
  | { readonly type: 'page'; readonly process: number; readonly size: number; readonly backward: boolean }
  /** Keeps the cursor of the message that stands there. */
  | { readonly type: 'remember'; readonly place: number }
  /** Goes on from a cursor that was kept. */
  | {
      readonly type: 'resume'
      readonly process: number
      readonly which: number
      readonly size: number
      readonly backward: boolean
    }
  | { readonly type: 'around'; readonly process: number; readonly id: string; readonly size: number }

/** Random histories of one thread. Few ids, so that they meet. */
export function threadHistory(fc: FastCheck): Arbitrary<ThreadStep[]> {
  const by = fc.constantFrom('ada' as const, 'ada' as const, 'bob' as const)
  const id = fc.integer({ min: 0, max: 11 }).map((n) => `m${n}`)
  const text = fc.constantFrom('a', 'b', 'c')
  const process = fc.integer({ min: 0, max: 1 })
  const size = fc.integer({ min: 1, max: 5 })
  const append = fc
    .record({
      by,
      id,
      text,
      ttl: fc.option(fc.constantFrom(1, 3, 10), { nil: undefined, freq: 2 }),
      clientId: fc.option(fc.constantFrom('c0', 'c1', 'c2'), { nil: undefined }),
    })
    .map(
      ({ ttl, clientId, ...rest }): ThreadAct => ({
        type: 'append',
        ...rest,
        ...(ttl !== undefined && { ttl }),
        ...(clientId !== undefined && { clientId }),
      }),
    )
  const act: Arbitrary<ThreadAct> = fc.oneof(
    { weight: 8, arbitrary: append },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('edit' as const), by, id, text }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), by, id, hard: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('restore' as const), by, id }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('truncate' as const), by, id, inclusive: fc.boolean() }) },
  )
  const acting = fc.record({ process, act })
  const step: Arbitrary<ThreadStep> = fc.oneof(
    { weight: 10, arbitrary: acting.map((one): ThreadStep => ({ type: 'act', ...one })) },
    {
      weight: 3,
      arbitrary: fc.array(acting, { minLength: 2, maxLength: 4 }).map((acts): ThreadStep => ({ type: 'race', acts })),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(1, 500, 1_000, 5_000, 90_000_000)
        .map((millis): ThreadStep => ({ type: 'wait', millis })),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('page' as const), process, size, backward: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('remember' as const), place: fc.nat(20) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('resume' as const),
        process,
        which: fc.nat(20),
        size,
        backward: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('around' as const), process, id, size }) },
  )
  return fc.array(step, { minLength: 1, maxLength: 40, size: 'max' })
}
