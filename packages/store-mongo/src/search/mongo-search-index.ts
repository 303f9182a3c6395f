import type { SearchChange, SearchIndex } from '@threadkeep/core'
import { answerSearch, assertSearchChanges, assertSearchQuery } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { callGate } from '../call-gate.ts'
import type { MongoOptions } from '../client.ts'
import { connect } from '../client.ts'
import { storeError } from '../errors.ts'
import { ensureCollection } from '../indexed-collection.ts'
import { patiently } from '../patience.ts'
import { findNewestIn } from './find-newest.ts'
import type { FiledDocument } from './search-documents.ts'
import { searchCollection, searchIndexes } from './search-documents.ts'
import { searchWriter } from './search-writer.ts'

/** How a search index on MongoDB is opened. The database may be that of a store. */
export type MongoSearchIndexOptions = MongoOptions & {
  /** Decides what has expired. Default: the machine's clock. */
  readonly clock?: Clock
}

/**
 * Opens a search index on tokens of our own in one multikey index, so that parts of words, any script and names such as `C++` are found. Each
 * `apply` is one transaction that a majority confirms; calls that wait share one. Any number of processes may share the database.
 */
export async function mongoSearchIndex(options: MongoSearchIndexOptions): Promise<SearchIndex> {
  const clock = options.clock ?? systemClock
  const connection = await connect(options)
  const { db, deadline } = connection
  await ensureCollection(db, searchCollection, searchIndexes).catch(async (error: unknown) => {
    await connection.close()
    throw storeError(error)
  })
  const documents = db.collection<FiledDocument>(searchCollection)
  const write = searchWriter(connection, documents, clock)
  const gate = callGate('The MongoDB search index')
  const close = (): Promise<void> => gate.close(connection.close)

  return {
    name: 'mongo',

    apply: (changes: readonly SearchChange[], call) =>
      gate.run(call, async () => {
        assertSearchChanges(changes)
        if (changes.length > 0) await write(changes, call)
      }),

    query: (query, call) =>
      gate.run(call, async () => {
        assertSearchQuery(query)
        if (query.threadIds?.length === 0 || query.authorIds?.length === 0) return []
        const own = { ...query }
        const now = clock.now()
        return patiently(deadline, call, (signal) => answerSearch(own, findNewestIn(documents, own, now, signal)))
      }),

    close,
    [Symbol.asyncDispose]: close,
  }
}
