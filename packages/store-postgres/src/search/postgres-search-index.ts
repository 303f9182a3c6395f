import type { SearchCandidate, SearchIndex } from '@threadkeep/core'
import { answerSearch, assertSearchChanges, assertSearchQuery } from '@threadkeep/core'
import type { CallOptions, Clock } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError, throwIfAborted } from '@threadkeep/core/store'
import type { DatabaseOptions } from '../database.ts'
import { openDatabase } from '../database.ts'
import { applyStatement, findStatement } from './search-statements.ts'
import { searchTables } from './search-tables.ts'

/** How a search index on PostgreSQL is opened. Its schema may be that of a store. */
export interface PostgresSearchIndexOptions extends DatabaseOptions {
  readonly clock?: Clock
}

type Row = [threadId: string, messageId: string, seq: string, createdAt: string, text: string]

/**
 * Opens a search index in a PostgreSQL database, making its tables where they are missing. One `apply` is one round trip, and a
 * `query` is one for most questions.
 */
export async function postgresSearchIndex(options: PostgresSearchIndexOptions): Promise<SearchIndex> {
  const { clock = systemClock } = options
  const database = await openDatabase(options, searchTables)
  const { schema } = database
  let writes: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined

  const begin = (callOptions: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', 'The search index on PostgreSQL has been closed.')
    throwIfAborted(callOptions)
  }
  const close = (): Promise<void> => {
    closing ??= writes.then(() => database.close())
    return closing
  }

  return {
    name: 'postgres',

    async apply(changes, callOptions) {
      begin(callOptions)
      assertSearchChanges(changes)
      if (changes.length === 0) return
      const { text, values } = applyStatement(schema, changes)
      // Calls take effect in their order, so they are sent one after another.
      const written = writes.then(() => {
        throwIfAborted(callOptions)
        return database.query(text, values, 'write', callOptions)
      })
      writes = written.catch(() => {})
      await written
    },

    async query(query, callOptions) {
      begin(callOptions)
      assertSearchQuery(query)
      const own = { ...query }
      const now = clock.now()
      return answerSearch(own, async (terms, most) => {
        const { text, values } = findStatement(schema, own, now, terms, most)
        return (await database.query<Row>(text, values, 'read', callOptions)).map(toCandidate)
      })
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}

function toCandidate([threadId, messageId, seq, createdAt, text]: Row): SearchCandidate {
  return { threadId, messageId, seq: Number(seq), createdAt: Number(createdAt), text }
}
