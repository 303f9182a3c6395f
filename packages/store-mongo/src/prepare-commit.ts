import type { Address, Change, Millis, Version } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError, takeChanges } from '@threadkeep/core/store'
import { BSON } from 'mongodb'
import type { RecordDocument } from './layout.ts'
import { documentOf, placeOf, recordId } from './layout.ts'
import { storeValue } from './stored-value.ts'

/** All that a commit demands of one record and does to it. */
export interface Step {
  readonly at: Address
  readonly kind: string
  readonly id: string
  /** Names the record among all kinds. */
  readonly lock: string
  /** The state it must be in; undefined when any will do. */
  readonly check: Version | null | undefined
  readonly write: RecordDocument | 'delete' | undefined
}

/** A commit as it was when it was called. Nothing the caller changes afterwards reaches it. */
export interface PreparedCommit {
  readonly version: Version
  readonly steps: readonly Step[]
  /** About as many bytes as it writes. */
  readonly size: number
  /** A record that would have to be in two states at once. */
  readonly contradiction: Address | undefined
}

const largestDocument = 16_777_216
// A character is up to three bytes, so the exact size is asked for only where the limit could be near.
const suspicious = 4_000_000

/** Proves a commit sound and takes its own copy, one step for each record. */
export function prepareCommit(changes: readonly Change[], version: Version, now: Millis): PreparedCommit {
  const steps = new Map<string, { -readonly [name in keyof Step]: Step[name] }>()
  let size = 0
  let contradiction: Address | undefined
  for (const change of takeChanges(changes, storeValue)) {
    const { at } = change
    const place = placeOf(at.collection)
    const id = recordId(place.scope, at.key)
    const lock = `${place.kind}\n${id}`
    let step = steps.get(lock)
    if (!step) {
      step = { at, kind: place.kind, id, lock, check: undefined, write: undefined }
      steps.set(lock, step)
    }
    if (change.type === 'check') {
      if (step.check === undefined) step.check = change.version
      else if (step.check !== change.version) contradiction ??= at
      continue
    }
    step.write = 'delete'
    if (change.type === 'delete') continue
    const { expiresAt } = change
    const { stored, size: bytes } = change.value
    if (expiresAt !== undefined && expiresAt <= now) continue
    const expiry = expiresAt === undefined ? undefined : { expiresAt, now, wallClock: systemClock.now() }
    step.write = documentOf(at, place, stored, version, expiry)
    if (bytes > suspicious) refuseTooLarge(at, step.write)
    size += bytes
  }
  for (const step of steps.values()) {
    // Nothing is there to be deleted.
    if (step.check === null && step.write === 'delete') step.write = undefined
  }
  return { version, steps: [...steps.values()], size, contradiction }
}

function refuseTooLarge(at: Address, document: RecordDocument): void {
  const bytes = BSON.calculateObjectSize(document)
  if (bytes <= largestDocument) return
  throw new ThreadkeepError('TOO_LARGE', 'A record is larger than the 16 MB that MongoDB allows.', {
    details: { collection: at.collection, key: at.key, bytes },
  })
}
