import type { Address, CallOptions, Change, Entry, Store } from '@threadkeep/core/store'
import { isEnumerable, isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import type { EncryptionOptions, RecordCipher } from './encryption/record-cipher.ts'
import { createRecordCipher } from './encryption/record-cipher.ts'
import { requireNumber } from './options.ts'

/** Which records are sealed anew, and how far it has come. */
export interface RotateOptions extends CallOptions {
  /** The collections to go through. Default: all, where the store can name them. */
  readonly collections?: readonly string[]
  /** Goes on behind this record: the `position` of an earlier progress. */
  readonly after?: Address
  /** Records per step, sealed side by side. Default 100. */
  readonly pageSize?: number
  /** Called after each step. */
  readonly onProgress?: (progress: RotateProgress) => void
}

/** How far a rotation has come. */
export interface RotateProgress {
  /** The last record that was looked at. */
  readonly position?: Address
  readonly scanned: number
  readonly rewritten: number
  /** Records that no key opens. They are left as they are; the first 100 of them are named. */
  readonly failed: number
  readonly failures: readonly Address[]
}

const maxNamedFailures = 100

/**
 * Seals every record under the current key, with its value and expiry as they were. `store` is the store beneath
 * `withEncryption`, `encryption` the options that it has. Safe beside writers, and may be stopped and started again at
 * any time: what is current is left alone. When it ends with nothing failed, older keys are no longer needed, if every
 * writer had the new one before it began.
 */
export async function rotate(
  store: Store,
  encryption: EncryptionOptions,
  options: RotateOptions = {},
): Promise<RotateProgress> {
  const { after, pageSize = 100, onProgress, signal } = options
  requireNumber('rotate pageSize', pageSize, { min: 1, max: 1000, whole: true })
  const call: CallOptions = signal ? { signal } : {}
  const cipher = createRecordCipher(encryption)
  const failures: Address[] = []
  let progress: RotateProgress = { scanned: 0, rewritten: 0, failed: 0, failures }

  for await (const collection of collectionsFrom(store, options)) {
    let position = collection === after?.collection ? { after: after.key } : {}
    for (;;) {
      const page = await store.list(collection, { ...position, limit: pageSize }, call)
      const last = page.at(-1)
      if (!last) break
      const outcomes = await Promise.all(page.map((entry) => reseal(store, cipher, entry, call)))
      const failed = page.filter((_, n) => outcomes[n] === 'failed')
      failures.push(...failed.slice(0, maxNamedFailures - failures.length).map(({ key }) => ({ collection, key })))
      progress = {
        position: { collection, key: last.key },
        scanned: progress.scanned + page.length,
        rewritten: progress.rewritten + outcomes.filter((outcome) => outcome === 'rewritten').length,
        failed: progress.failed + failed.length,
        failures: failures.slice(),
      }
      onProgress?.(progress)
      if (page.length < pageSize) break
      position = { after: last.key }
    }
  }
  return progress
}

type Outcome = 'current' | 'rewritten' | 'failed'

async function reseal(store: Store, cipher: RecordCipher, listed: Entry, call: CallOptions): Promise<Outcome> {
  let entry: Entry | undefined = listed
  // Each turn of the loop means that another writer got through; what it wrote is usually current already.
  while (entry && !cipher.isCurrent(entry.value)) {
    const at = { collection: entry.collection, key: entry.key }
    let sealed: Change
    try {
      const value = cipher.seal(cipher.open(entry.value, at), at)
      sealed = { type: 'put', at, value, ...(entry.expiresAt !== undefined && { expiresAt: entry.expiresAt }) }
    } catch (error) {
      if (isThreadkeepError(error, 'DECRYPTION_FAILED')) return 'failed'
      throw error
    }
    const result = await store.commit([{ type: 'check', at, version: entry.version }, sealed], call)
    if (result.ok) return 'rewritten'
    ;[entry] = await store.get([at], call)
  }
  return 'current'
}

async function* collectionsFrom(store: Store, { collections, after, signal }: RotateOptions): AsyncGenerator<string> {
  if (collections) {
    const start = after ? collections.indexOf(after.collection) : 0
    if (start < 0) throw new ThreadkeepError('INVALID', 'rotate cannot go on: `after` is in none of the `collections`.')
    yield* collections.slice(start)
    return
  }
  if (!isEnumerable(store)) {
    throw new ThreadkeepError('UNSUPPORTED', `${store.name} cannot name its collections: list them in \`collections\`.`)
  }
  const limit = 100
  let last = after?.collection
  if (last !== undefined) yield last
  for (;;) {
    const names = await store.collections({ limit, ...(last !== undefined && { after: last }) }, signal && { signal })
    yield* names
    if (names.length < limit) return
    last = names.at(-1)!
  }
}
