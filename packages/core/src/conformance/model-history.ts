import type { Arbitrary, default as fastCheck } from 'fast-check'
import type { Address, JsonObject, Range } from '../store/types.ts'
import { hour } from './conformance-case.ts'

/** The module fast-check. It is its user's own: nothing here loads it. */
export type FastCheck = typeof fastCheck

/** One change of a random commit. What a check names is found out when it is played. */
export interface StepChange {
  readonly type: 'put' | 'delete' | 'check'
  readonly at: Address
  readonly value: JsonObject
  /** From now, in milliseconds; may be over already. */
  readonly lifetime: number | undefined
  readonly state: 'current' | 'absent' | 'stale'
}

/** One step of a random history. */
export type Step =
  | { readonly type: 'commit'; readonly changes: readonly StepChange[] }
  | { readonly type: 'race'; readonly commits: readonly (readonly StepChange[])[] }
  | { readonly type: 'get'; readonly at: readonly Address[] }
  | { readonly type: 'list'; readonly collection: string; readonly range: Range }
  | { readonly type: 'collections'; readonly range: Range }
  | { readonly type: 'wait'; readonly millis: number }
  | { readonly type: 'compare' }

const collections = ['one', 'two']
const keys = ['a', 'a!', 'aa', 'ab', 'b', 'b%', '~', '\ufffd', '😀', '😀a']
// Hours, so that stores which count real time themselves never come into it.
const times = [1, hour - 1, hour, hour + 1, 3 * hour]

/** Random histories: few names, so that they meet; whole hours, so that deadlines are hit exactly. */
export function historyOf(fc: FastCheck): Arbitrary<Step[]> {
  const at = fc.record({ collection: fc.constantFrom(...collections), key: fc.constantFrom(...keys) })
  const change: Arbitrary<StepChange> = fc.record({
    type: fc.constantFrom('put', 'put', 'put', 'delete', 'check'),
    at,
    value: fc.record({ n: fc.nat(9), text: fc.string({ unit: 'grapheme', maxLength: 4 }) }),
    lifetime: fc.constantFrom(undefined, undefined, ...times, 0, -1),
    state: fc.constantFrom('current', 'current', 'current', 'absent', 'stale'),
  })
  const changes = fc.array(change, { maxLength: 6 })
  const range = fc.record(
    {
      prefix: fc.constantFrom('', 'a', 'b', '😀', 'zz'),
      after: fc.constantFrom(...keys, 'one', 'm'),
      before: fc.constantFrom(...keys, 'm'),
      reverse: fc.boolean(),
      limit: fc.integer({ min: 1, max: 8 }),
    },
    { requiredKeys: ['limit'] },
  )
  const named = fc.record(
    {
      prefix: fc.constantFrom('', 'o', 't'),
      after: fc.constantFrom('m', 'one'),
      limit: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['limit'] },
  )
  const step: Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('commit' as const), changes }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('race' as const),
        commits: fc.array(changes, { minLength: 2, maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('get' as const), at: fc.array(at, { maxLength: 5 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('list' as const), collection: fc.constantFrom(...collections), range }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('collections' as const), range: named }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), millis: fc.constantFrom(...times) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('compare' as const) }) },
  )
  return fc.array(step, { maxLength: 30 })
}
