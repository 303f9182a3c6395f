import type { Change, Entry } from '@threadkeep/core'
import { forward, manualClock, memoryStore } from '@threadkeep/core'
import type { CacheOptions } from '../src/with-cache.ts'
import { withCache } from '../src/with-cache.ts'

/** Two addresses. */
export const a = { collection: 'c', key: 'a' }
export const b = { collection: 'c', key: 'b' }
/** A put of a number. */
export const put = (at = a, n = 1, expiresAt?: number): Change =>
  expiresAt === undefined ? { type: 'put', at, value: { n } } : { type: 'put', at, value: { n }, expiresAt }
/** The numbers read, undefined where there is none. */
export const numbers = (entries: readonly (Entry | undefined)[]) => entries.map((entry) => entry?.value['n'])

/** A cached store whose inner calls and clock can be watched, and whose inner gets can be held up. */
export function cachedStore(options: Partial<CacheOptions> = {}) {
  const clock = manualClock()
  const base = memoryStore({ clock })
  const cache = options.cache ?? memoryStore({ clock })
  const asked: string[] = []
  const held: (() => void)[] = []
  let holding = false
  const inner = forward(base, {
    async get(at, callOptions) {
      asked.push(at.map(({ key }) => key).join())
      const answer = await base.get(at, callOptions)
      if (holding) await new Promise<void>((resolve) => held.push(resolve))
      return answer
    },
  })
  const store = withCache({ clock, random: () => 0, ...options, cache })(inner)
  return {
    ...{ clock, base, cache, store, asked },
    hold: () => {
      holding = true
    },
    release: () => {
      holding = false
      for (const go of held.splice(0)) go()
    },
  }
}

/** Lets everything that is under way go on. */
export const turns = () => new Promise((resolve) => setImmediate(resolve))
