import type { IdSource, LiveBus, Store, Threadkeep, Version } from '@threadkeep/core'
import { createThreadkeep, forward, localLiveBus, manualClock, memoryStore, stack } from '@threadkeep/core'
import type { ChaosCall, Fault } from '@threadkeep/wrappers'
import { failAfter, failBefore, withChaos } from '@threadkeep/wrappers'
import type { Random } from './random.ts'
import { seeded } from './random.ts'

/** How often calls to the store fail while the world is broken. */
export interface Trouble {
  readonly before: number
  readonly after: number
  /** Share of commits that are acknowledged and lost: no promise can survive it, so a check that bites must see it. */
  readonly lose?: number
}

/** Processes on one store, a clock and a store that can be broken: everything decided by the seed. */
export interface World {
  readonly random: Random
  readonly clock: ReturnType<typeof manualClock>
  readonly store: Store
  readonly live: LiveBus
  /** The processes that are up. */
  readonly processes: readonly Threadkeep[]
  /** Kills a process in the middle of whatever it does, and starts another in its place. */
  crash(index: number): void
  /** Told when the process at `index` was killed: whoever was connected to it is not any more. */
  onCrash(listener: (index: number) => void): void
  /** From now on no call fails. */
  heal(): void
}

/** A world of two processes. */
export function createWorld(seed: number, trouble: Trouble): World {
  const random = seeded(seed)
  const clock = manualClock(1_800_000_000_000)
  const base = memoryStore({ clock })
  const live = localLiveBus()
  let broken = true
  let made = 0
  const whileBroken =
    (fault: Fault): Fault =>
    (call: ChaosCall) =>
      broken ? fault(call) : undefined

  function start(): Threadkeep {
    const process = ++made
    let dead = false
    const faults = [
      whileBroken(failBefore({ rate: trouble.before })),
      whileBroken(failAfter({ rate: trouble.after })),
      // What a killed process still has in hand never reaches the store.
      (): ReturnType<Fault> => (dead ? { before: new Error('killed') } : undefined),
    ]
    const store = stack(losing(base, random, trouble.lose ?? 0), [
      withChaos({ faults, seed: seed * 1_000 + process, sleep: async () => {} }),
    ])
    let count = 0
    const ids: IdSource = { next: (prefix) => `${prefix}_${process}_${String(++count).padStart(6, '0')}` }
    const threadkeep = createThreadkeep({ store, live, clock, ids, projector: 'manual' })
    killers.set(threadkeep, () => {
      dead = true
    })
    return threadkeep
  }

  const crashListeners: ((index: number) => void)[] = []
  const killers = new Map<Threadkeep, () => void>()
  const processes = [start(), start()]
  return {
    random,
    clock,
    store: base,
    live,
    processes,
    crash(index) {
      const old = processes[index]!
      killers.get(old)!()
      killers.delete(old)
      processes[index] = start()
      for (const listener of crashListeners) listener(index)
    },
    onCrash: (listener) => void crashListeners.push(listener),
    heal() {
      broken = false
    },
  }
}

/** A store that answers some commits without doing them. */
function losing(inner: Store, random: Random, rate: number): Store {
  if (rate === 0) return inner
  return forward(inner, {
    commit: (changes, options) =>
      random.chance(rate) ? Promise.resolve({ ok: true, version: 'lost' as Version }) : inner.commit(changes, options),
  })
}
