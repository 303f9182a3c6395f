import { ThreadkeepError } from '@threadkeep/core/store'
import { requireNumber } from '../options.ts'

/** One call that a fault may disturb. */
export interface ChaosCall {
  readonly verb: 'get' | 'list' | 'commit'
  /** How many calls came before. */
  readonly index: number
  /** From the seed of the wrapper. */
  readonly random: () => number
}

/** What becomes of a call. */
export interface Disturbance {
  /** Seconds to wait before the call. */
  readonly delay?: number
  /** Fails instead of calling. */
  readonly before?: Error
  /** Calls, and then fails although the call succeeded. */
  readonly after?: Error
  /** Calls, and never answers until the caller's signal aborts. */
  readonly hang?: boolean
}

/** Decides what becomes of each call; undefined leaves it alone. Any function will do. */
export type Fault = (call: ChaosCall) => Disturbance | undefined

/** Which calls a fault hits. */
export interface FaultTarget {
  /** Share of the calls, 0 to 1. Default 1. */
  readonly rate?: number
  /** Only the call with this number, counted from 1 among those of `verbs`. */
  readonly nth?: number
  /** Default: all. */
  readonly verbs?: readonly ChaosCall['verb'][]
}

/** Fails with `UNAVAILABLE` (or `error`) and does nothing. `unclear` claims that a commit may have happened. */
export function failBefore(target: FaultTarget & { readonly error?: Error; readonly unclear?: boolean } = {}): Fault {
  const { error, unclear = false } = target
  return aim(target, ({ verb }) => ({ before: error ?? outage(unclear && verb === 'commit') }))
}

/** Does it and loses the answer: `UNAVAILABLE` (or `error`), with `maybeCommitted` for a commit. */
export function failAfter(target: FaultTarget & { readonly error?: Error } = {}): Fault {
  return aim(target, ({ verb }) => ({ after: target.error ?? outage(verb === 'commit') }))
}

/** Makes calls wait for a random time of up to `max` seconds. */
export function delay(target: FaultTarget & { readonly max: number }): Fault {
  const max = requireNumber('delay max', target.max)
  return aim(target, ({ random }) => ({ delay: random() * max }))
}

/** Does it and never answers. */
export function hang(target: FaultTarget = {}): Fault {
  return aim(target, () => ({ hang: true }))
}

function aim(target: FaultTarget, hit: (call: ChaosCall) => Disturbance): Fault {
  const { nth, verbs } = target
  const rate = requireNumber('fault rate', target.rate ?? 1, { min: 0, max: 1 })
  if (nth !== undefined) requireNumber('fault nth', nth, { min: 1, whole: true })
  let count = 0
  return (call) => {
    if (verbs && !verbs.includes(call.verb)) return undefined
    count++
    if (nth !== undefined && count !== nth) return undefined
    // Drawn also where it is certain, so that another rate does not change what happens to other calls.
    return call.random() < rate ? hit(call) : undefined
  }
}

function outage(maybeCommitted: boolean): ThreadkeepError {
  return new ThreadkeepError('UNAVAILABLE', 'Chaos: the store cannot be reached.', { maybeCommitted })
}
