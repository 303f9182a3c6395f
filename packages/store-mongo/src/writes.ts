import type { Millis, Version } from '@threadkeep/core/store'
import type { AnyBulkWriteOperation, AnyClientBulkWriteModel, ClientSession, Document } from 'mongodb'
import type { Connection } from './client.ts'
import { duplicateAt } from './errors.ts'
import type { RecordDocument } from './layout.ts'
import { isLive } from './layout.ts'
import { novelty } from './novelty.ts'
import type { PreparedCommit, Step } from './prepare-commit.ts'

/** One write, as the driver's bulk write across collections takes it. */
export type Write = { readonly namespace: string } & (
  | { readonly name: 'insertOne'; readonly document: { readonly _id: string } }
  | {
      readonly name: 'replaceOne'
      readonly filter: Filter
      readonly replacement: RecordDocument
      readonly upsert: boolean
    }
  | {
      readonly name: 'updateOne'
      readonly filter: Filter
      readonly update: { readonly $set: { readonly touched: Version } }
    }
  | { readonly name: 'deleteOne'; readonly filter: Filter }
)

type Filter = { readonly _id: string } & Partial<Condition>

/** The state a record has to be in. */
type Condition = { readonly version: Version } & ReturnType<typeof isLive>

/** Makes and sends the writes of one database. */
export interface Writes {
  /** Takes every check as a condition of the write itself, so that no read comes first. */
  hopeful(commits: readonly PreparedCommit[], now: Millis): readonly Write[]
  /** The writes of steps whose checks are known to hold in this transaction. */
  certain(steps: Iterable<CertainStep>): readonly Write[]
  /** Sends them in as few commands as the server takes. Answers whether every condition held; false ends the transaction. */
  send(writes: readonly Write[], session: ClientSession): Promise<boolean>
}

/** What a transaction has seen of a record, and what it does to it. */
export interface CertainStep {
  readonly step: Step
  readonly touch: Version
  readonly found: 'live' | 'expired' | 'nothing' | 'unseen'
}

export function writesTo({ client, db, writesAcrossCollections }: Connection): Writes {
  const prefix = `${db.databaseName}.`
  const kindOf = ({ namespace }: Write): string => namespace.slice(prefix.length)
  const guess = novelty()

  const replace = (step: Step, condition: Partial<Condition>, document: RecordDocument, upsert: boolean): Write => ({
    name: 'replaceOne',
    namespace: prefix + step.kind,
    filter: { _id: step.id, ...condition },
    replacement: document,
    upsert,
  })
  const insert = (step: Step, document: { readonly _id: string }): Write => ({
    name: 'insertOne',
    namespace: prefix + step.kind,
    document,
  })
  const remove = (step: Step): Write => ({
    name: 'deleteOne',
    namespace: prefix + step.kind,
    filter: { _id: step.id },
  })
  const touch = (step: Step, condition: Partial<Condition>, version: Version): Write => ({
    name: 'updateOne',
    namespace: prefix + step.kind,
    filter: { _id: step.id, ...condition },
    update: { $set: { touched: version } },
  })
  /** Leaves nothing behind, yet collides with every transaction that makes this record, because both have made its `_id`. */
  const touchNothing = (step: Step): readonly Write[] => [insert(step, { _id: step.id }), remove(step)]

  const hopefulStep = (step: Step, version: Version, now: Millis): readonly Write[] => {
    const { check, write } = step
    if (check === null) return typeof write === 'object' ? [insert(step, write)] : touchNothing(step)
    if (check === undefined) {
      if (typeof write !== 'object') return [remove(step)]
      return [guess.expected(step.kind) ? insert(step, write) : replace(step, {}, write, true)]
    }
    const condition = { version: check, ...isLive(now) }
    if (typeof write === 'object') return [replace(step, condition, write, false)]
    const touched = touch(step, condition, version)
    return write === 'delete' ? [touched, remove(step)] : [touched]
  }

  const certainStep = ({ step, touch: version, found }: CertainStep): readonly Write[] => {
    if (typeof step.write === 'object') return [replace(step, {}, step.write, true)]
    if (found === 'nothing') return touchNothing(step)
    return [step.write === 'delete' || found === 'expired' ? remove(step) : touch(step, {}, version)]
  }

  const sendBatch = async (batch: readonly Write[], session: ClientSession): Promise<number> => {
    const models = batch.map(({ name, namespace: _, ...model }) => ({ [name]: model }))
    const result = writesAcrossCollections
      ? await client.bulkWrite(batch as unknown as readonly AnyClientBulkWriteModel<Document>[], {
          session,
          // Counts for nothing in a transaction, but a client that asks for less would be refused.
          writeConcern: { w: 'majority' },
        })
      : await db.collection(kindOf(batch[0]!)).bulkWrite(models as unknown as AnyBulkWriteOperation[], { session })
    return result.matchedCount + result.upsertedCount
  }

  const send = async (writes: readonly Write[], session: ClientSession): Promise<boolean> => {
    // An upsert counts as matched or as upserted, so fewer means that a condition did not hold.
    let missing = writes.filter(({ name }) => name === 'replaceOne' || name === 'updateOne').length
    for (const batch of writesAcrossCollections ? [writes] : Map.groupBy(writes, kindOf).values()) {
      try {
        missing -= await sendBatch(batch, session)
      } catch (error) {
        const index = duplicateAt(error)
        if (index === undefined) throw error
        guess.disproved(kindOf(batch[index]!))
        return false
      }
    }
    return missing === 0
  }

  return {
    hopeful(commits, now) {
      const touched = new Set<string>()
      return byKind(
        commits.flatMap(({ steps, version }) =>
          steps.flatMap((step) => {
            // Several commits may rely on one record; touching it once is enough.
            if (!step.write && touched.has(step.lock)) return []
            touched.add(step.lock)
            return hopefulStep(step, version, now)
          }),
        ),
      )
    },
    certain: (steps) => byKind([...steps].flatMap(certainStep)),
    send,
  }
}

/** Writes to one collection in a row: the server takes runs of inserts together. The order within a kind stays. */
function byKind(writes: readonly Write[]): readonly Write[] {
  return [...Map.groupBy(writes, ({ namespace }) => namespace).values()].flat()
}
