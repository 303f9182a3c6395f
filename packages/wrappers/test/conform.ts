import type { Clock, Store, Wrapper } from '@threadkeep/core'
import { memoryStore } from '@threadkeep/core'
import type { ConformanceCase } from '@threadkeep/core/conformance'
import { modelSuite, storeCases, wrapperLaws } from '@threadkeep/core/conformance'
import fc from 'fast-check'
import { describe, test } from 'vitest'

/** How a wrapper is bound to the contract. */
export interface Conform {
  /** The wrapper, made anew for each store. */
  readonly wrap: (clock: Clock) => Wrapper
  /** What is underneath. Default: a memory store. */
  readonly inner?: (clock: Clock) => Store
  /** Sentences that cannot hold for this wrapper, by a part of their name. */
  readonly except?: readonly string[]
  /** How many random histories are played on it and on a naive model. Default 25. */
  readonly histories?: number
}

/** Binds a wrapper to every sentence of the storage contract and to the laws of wrappers. */
export function conform(title: string, { wrap, inner = innermost, except = [], histories = 25 }: Conform): void {
  const bind = (cases: readonly ConformanceCase[], open: (clock: Clock) => Store): void => {
    for (const { name, run } of cases) {
      if (except.some((part) => name.includes(part))) continue
      test(name, () => run({ open: async (clock) => open(clock) }))
    }
  }
  const cases = [...storeCases, ...modelSuite(fc, { runs: histories })]
  describe(`${title} keeps the storage contract`, () => bind(cases, (clock) => wrap(clock)(inner(clock))))
  // Each law makes its inner store first and wraps it then, so the clock of that store is the wrapper's too.
  describe(`${title} keeps the laws of wrappers`, () => {
    let clock: Clock | undefined
    const laws = wrapperLaws((store) => wrap({ now: () => clock!.now() })(store))
    bind(laws, (own) => {
      clock = own
      return inner(own)
    })
  })
}

function innermost(clock: Clock): Store {
  return memoryStore({ clock })
}
