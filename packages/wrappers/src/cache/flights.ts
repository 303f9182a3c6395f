import type { Address, Clock, Entry, Store, Version } from '@threadkeep/core/store'
import { cloneJson, isThreadkeepError } from '@threadkeep/core/store'
import { addressKey } from '../address-key.ts'
import type { Fill } from './cache-tier.ts'
import { patience } from './cache-tier.ts'

/** An address that the cache knows nothing of. */
export interface Missing {
  readonly at: Address
  /** The state of the cache record; undefined when the answer shall not be kept. */
  readonly seen: Version | null | undefined
}

/** Reads of the inner store, one at a time for each record. */
export interface Flights {
  /** Every answer is the caller's own copy. Several records are read together: they are of one moment. */
  load(missing: readonly Missing[]): Promise<readonly (Entry | undefined)[]>
  /** Reads that begin from now on share nothing with those under way, whose answers are not kept. */
  detach(keys: readonly string[]): void
  detachAll(): void
}

interface Flight {
  readonly answer: Promise<Entry | undefined>
  readonly startedAt: number
  readonly key: string
  detached: boolean
}

/** Flights whose answers are handed to `keep`. */
export function createFlights(inner: Store, clock: Clock, keep: (fills: readonly Fill[]) => void): Flights {
  const flights = new Map<string, Flight>()

  const detach = (key: string) => {
    const flight = flights.get(key)
    if (!flight) return
    flight.detached = true
    flights.delete(key)
  }
  const isCurrent = (flight: Flight) => !flight.detached && isYoung(flight)
  const isYoung = (flight: Flight) => clock.now() - flight.startedAt < patience

  const land = (led: readonly Flight[]) => {
    for (const flight of led) if (flights.get(flight.key) === flight) flights.delete(flight.key)
  }

  return {
    async load(missing) {
      const batch = Promise.withResolvers<readonly (Entry | undefined)[]>()
      const led: Flight[] = []
      const leading: Missing[] = []

      const lead = (one: Missing, key: string) => {
        const place = leading.push(one) - 1
        const answer = batch.promise.then((entries) => entries[place])
        const flight: Flight = { answer, startedAt: clock.now(), key, detached: false }
        detach(key)
        led.push(flight)
        flights.set(key, flight)
        return answer
      }
      const follow = (flight: Flight, at: Address) =>
        flight.answer.catch(async (error) => {
          // A lasting failure may be about another record of the batch, so whoever joined asks again alone.
          if (isThreadkeepError(error) && error.retryable) throw error
          return (await inner.get([at]))[0]
        })

      const canJoin = (flight: Flight) => isYoung(flight) && (missing.length === 1 || led.includes(flight))
      const answers = missing.map((one) => {
        const key = addressKey(one.at)
        const flight = flights.get(key)
        return flight && canJoin(flight) ? follow(flight, one.at) : lead(one, key)
      })
      if (leading.length > 0) {
        inner.get(leading.map(({ at }) => at)).then(
          (entries) => {
            land(led)
            keep(fillsOf(leading, entries, led, isCurrent))
            batch.resolve(entries)
          },
          (error) => {
            land(led)
            batch.reject(error)
          },
        )
      }
      return (await Promise.all(answers)).map((entry) => entry && { ...entry, value: cloneJson(entry.value) })
    },
    detach: (keys) => keys.forEach(detach),
    detachAll: () => [...flights.keys()].forEach(detach),
  }
}

function fillsOf(
  missing: readonly Missing[],
  entries: readonly (Entry | undefined)[],
  led: readonly Flight[],
  isCurrent: (flight: Flight) => boolean,
): readonly Fill[] {
  return missing.flatMap(({ at, seen }, i) => {
    const flight = led[i]!
    if (seen === undefined) return []
    return [{ at, entry: entries[i], seen, since: flight.startedAt, isCurrent: () => isCurrent(flight) }]
  })
}
