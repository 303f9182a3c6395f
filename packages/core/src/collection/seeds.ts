import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { copyJsonObject } from '../store/json.ts'
import { maxBatch } from '../store/keys.ts'
import type { Address, Change, JsonObject, Millis, Store } from '../store/types.ts'
import { conflicted, retryConflicts } from './retry-conflicts.ts'
import type { ValueForm } from './value-form.ts'

/** One initial record. */
export interface Seed {
  readonly key: string
  readonly value: JsonObject
}

/** Initial values as records of our own. A value that is refused is refused now, unless the schema needs to wait. */
export function seedRecords<T>(
  form: ValueForm<T>,
  seeds: Readonly<Record<string, unknown>>,
): readonly (Seed | Promise<Seed>)[] {
  return Object.entries(seeds).map(([key, given]) => {
    const record = form.toRecord(key, given)
    if (!(record instanceof Promise)) return { key, value: copyJsonObject(record) }
    const seed = record.then((value) => ({ key, value }))
    // A refusal is told to whoever uses the collection first, not to the process.
    seed.catch(() => {})
    return seed
  })
}

/** The seeding of one view: `done` once nothing needs to be waited for. */
export interface Seeding {
  readonly done: boolean
  /** Puts the seeds in. Those who come at the same time wait for the same attempt; a failed one is tried anew. */
  run(): Promise<void>
  /** Forgets that it was done. */
  forget(): void
}

/** A seeding that `apply` carries out. */
export function seeding(needed: boolean, apply: () => Promise<void>): Seeding {
  let done = !needed
  let running: Promise<void> | undefined

  async function attempt(): Promise<void> {
    try {
      await apply()
      done = true
    } finally {
      running = undefined
    }
  }

  return {
    get done() {
      return done
    },
    run() {
      if (done) return Promise.resolve()
      running ??= attempt()
      return running
    },
    forget() {
      done = !needed
    },
  }
}

/** Where it is written down that a collection has had its seeds. */
export function seedMark(collection: string): Address {
  return { collection: 'threadkeep:seeded', key: collection }
}

/**
 * Puts initial records into a collection once in the life of the store, however many processes try: in one commit with the
 * mark that it was done. What already stands under a key stays.
 */
export async function applySeeds(
  store: Store,
  collection: string,
  seeds: readonly Seed[],
  expiresAt: Millis | undefined,
): Promise<void> {
  if (seeds.length * 2 + 2 > maxBatch) {
    throw new ThreadkeepError(
      'INVALID',
      `A collection takes at most ${maxBatch / 2 - 1} seeds. Put the rest with putMany.`,
    )
  }
  const mark = seedMark(collection)
  await retryConflicts(
    async () => {
      const [marked, ...present] = await store.get([mark, ...seeds.map(({ key }) => ({ collection, key }))])
      if (marked !== undefined) return
      const changes: Change[] = [
        { type: 'check', at: mark, version: null },
        { type: 'put', at: mark, value: {} },
      ]
      for (const [index, { key, value }] of seeds.entries()) {
        if (present[index] !== undefined) continue
        const at = { collection, key }
        changes.push({ type: 'check', at, version: null })
        changes.push(expiresAt === undefined ? { type: 'put', at, value } : { type: 'put', at, value, expiresAt })
      }
      return (await store.commit(changes)).ok ? undefined : conflicted
    },
    `Seeding ${collection}`,
    undefined,
  )
}
