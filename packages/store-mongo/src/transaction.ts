import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { ClientSession, MongoClient, ReadConcernLevel } from 'mongodb'
import { hasLabel, isSocketError, storeError } from './errors.ts'
import { backoff } from './patience.ts'

/** What a transaction came to. */
export interface Decision<T> {
  readonly commit: boolean
  readonly answer: T
}

/** How a transaction is run. */
export interface TransactionOptions {
  readonly readConcern?: ReadConcernLevel
  /** Whether anybody still waits: asked before the commit, and between attempts to learn its outcome. */
  wanted(): boolean
}

/**
 * Runs `work` once, in a transaction that a majority confirms. What it throws did not happen, unless it says
 * `maybeCommitted`: then the outcome could not be learned while the answer was still wanted.
 */
export async function transaction<T>(
  client: MongoClient,
  { readConcern, wanted }: TransactionOptions,
  work: (session: ClientSession) => Promise<Decision<T>>,
): Promise<T> {
  const session = client.startSession({ causalConsistency: false })
  let decision: Decision<T>
  try {
    session.startTransaction({
      readPreference: 'primary',
      writeConcern: { w: 'majority' },
      ...(readConcern && { readConcern: { level: readConcern } }),
    })
    decision = await work(session)
    if (decision.commit) {
      if (!wanted()) throw new ThreadkeepError('ABORTED', 'Nobody waits for this transaction any more.')
      await commit(session, wanted)
    } else await session.abortTransaction()
  } finally {
    // Aborts what is still open. Where the server has gone this takes long, and nobody has to wait for it.
    void session.endSession().catch(() => {})
  }
  return decision.answer
}

async function commit(session: ClientSession, wanted: () => boolean): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await session.commitTransaction()
    } catch (error) {
      // The server knows of no such transaction, so it never happened.
      if (hasLabel(error, 'TransientTransactionError')) throw error
      const unknown = hasLabel(error, 'UnknownTransactionCommitResult') || isSocketError(error)
      if (!unknown || !wanted()) throw storeError(error, true)
    }
    await sleep(backoff(attempt))
  }
}
