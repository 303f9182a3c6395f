import type { Clock, CommitResult, Version } from '@threadkeep/core/store'
import type { ClientSession, Collection } from 'mongodb'
import type { Connection } from './client.ts'
import { isDuplicateKey } from './errors.ts'
import type { RecordDocument } from './layout.ts'
import { hasExpired, isLive } from './layout.ts'
import { portionsOf } from './portions.ts'
import type { PreparedCommit, Step } from './prepare-commit.ts'
import { transaction } from './transaction.ts'
import type { CertainStep } from './writes.ts'
import { writesTo } from './writes.ts'

/** Each carries out commits once. What it throws did not happen, unless it says `maybeCommitted`. */
export interface Committer {
  /** A commit that writes one record, without a transaction. Undefined: only a closer look can tell. */
  single(commit: PreparedCommit): Promise<CommitResult | undefined>
  /**
   * All of them in one transaction, without reading first. Undefined, and nothing done, when any check does not hold.
   * No two may write the same record, or one write what another checks.
   */
  hopeful(commits: readonly PreparedCommit[], wanted: () => boolean): Promise<readonly CommitResult[] | undefined>
  /** All of them in one transaction, as if one after the other, each with its own answer. Undefined, and nothing done: try again. */
  careful(commits: readonly PreparedCommit[], wanted: () => boolean): Promise<readonly CommitResult[] | undefined>
}

type Found = Pick<RecordDocument, '_id' | 'version' | 'expiresAt'>

export function committer(connection: Connection, clock: Clock): Committer {
  const { client, db } = connection
  const writes = writesTo(connection)
  const collection = (kind: string): Collection<RecordDocument> => db.collection<RecordDocument>(kind)

  /** What the checks are about, as this transaction sees it. */
  const look = async (commits: readonly PreparedCommit[], session: ClientSession): Promise<Map<string, Found>> => {
    const checked = commits.flatMap(({ steps }) => steps.filter(isChecked))
    const found = new Map<string, Found>()
    for (const { kind, ids } of portionsOf(checked)) {
      const documents = await collection(kind)
        .find<Found>(
          { _id: { $in: [...ids] } },
          { session, projection: { version: 1, expiresAt: 1 }, batchSize: ids.length + 1 },
        )
        .toArray()
      for (const document of documents) found.set(`${kind}\n${document._id}`, document)
    }
    return found
  }

  return {
    async single({ steps, version }) {
      const step = steps[0]!
      const { id, check, write } = step
      const happened = (holds: boolean): CommitResult =>
        holds ? { ok: true, version } : { ok: false, conflict: step.at }
      const records = collection(step.kind)
      const condition = typeof check === 'string' ? { _id: id, version: check, ...isLive(clock.now()) } : { _id: id }
      if (write === 'delete') {
        const { deletedCount } = await records.deleteOne(condition)
        return happened(check === undefined || deletedCount === 1)
      }
      try {
        if (check === null) {
          await records.insertOne(write!)
          return happened(true)
        }
        const { matchedCount, upsertedCount } = await records.replaceOne(condition, write!, {
          upsert: check === undefined,
        })
        return happened(matchedCount + upsertedCount === 1)
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        // Something is there: a live record, or one that has expired and may be replaced.
        if (check === null && (await records.findOne({ _id: id, ...isLive(clock.now()) }))) return happened(false)
        return undefined
      }
    },

    hopeful: (commits, wanted) =>
      transaction(client, { wanted }, async (session) => {
        const held = await writes.send(writes.hopeful(commits, clock.now()), session)
        return { commit: held, answer: held ? commits.map(({ version }) => ({ ok: true, version })) : undefined }
      }),

    careful: (commits, wanted) =>
      transaction(client, { wanted }, async (session) => {
        const now = clock.now()
        const found = await look(commits, session)
        const state = new Map<string, Version | null>()
        for (const [lock, document] of found) {
          state.set(lock, hasExpired(document, now) ? null : (document.version as Version))
        }
        const stateOf = ({ lock }: Step): Version | null => state.get(lock) ?? null
        const seen = new Set(commits.flatMap(({ steps }) => steps.filter(isChecked).map(({ lock }) => lock)))
        const certain = new Map<string, CertainStep>()
        const answer = commits.map(({ steps, version }): CommitResult => {
          const failed = steps.find((step) => step.check !== undefined && step.check !== stateOf(step))
          if (failed) return { ok: false, conflict: failed.at }
          for (const step of steps) {
            const { lock, write } = step
            // Relying on a record never takes the place of writing it.
            if (!write && certain.has(lock)) continue
            certain.set(lock, {
              step,
              touch: version,
              found: seen.has(lock) ? foundAs(found.get(lock), now) : 'unseen',
            })
            if (write) state.set(lock, write === 'delete' ? null : version)
          }
          return { ok: true, version }
        })
        if (certain.size === 0) return { commit: false, answer }
        const held = await writes.send(writes.certain(certain.values()), session)
        return { commit: held, answer: held ? answer : undefined }
      }),
  }
}

function isChecked({ check }: Step): boolean {
  return check !== undefined
}

function foundAs(document: Found | undefined, now: number): CertainStep['found'] {
  if (!document) return 'nothing'
  return hasExpired(document, now) ? 'expired' : 'live'
}
