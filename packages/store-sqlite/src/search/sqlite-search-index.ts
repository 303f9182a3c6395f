import { setImmediate } from 'node:timers/promises'
import type { SearchChange, SearchIndex } from '@threadkeep/core'
import { answerSearch, assertSearchChanges, assertSearchQuery, searchedText } from '@threadkeep/core'
import type { CallOptions } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError, throwIfAborted } from '@threadkeep/core/store'
import type { DatabaseOptions } from '../database.ts'
import { openDatabase } from '../database.ts'
import { groupCommit } from '../group-commit.ts'
import { loopTurn } from '../loop-turn.ts'
import { searchReader } from './search-reader.ts'
import { searchTables } from './search-tables.ts'
import { searchWriter } from './search-writer.ts'

/** How a SQLite search index is opened. */
export type SqliteSearchIndexOptions = DatabaseOptions

/** How long calls that follow each other may keep the event loop to themselves, in milliseconds. */
const turnBudget = 1
/** Ranking reads many documents that lie far apart. */
const cacheKiB = 65_536

/**
 * Opens the search index in the file at `path`, or makes it, on FTS5. The file may be that of a store, and several processes may
 * use it at a time. An answered `apply` is as durable as a commit of a store opened with the same options.
 */
export async function sqliteSearchIndex(options: SqliteSearchIndexOptions): Promise<SearchIndex> {
  const clock = options.clock ?? systemClock
  const database = await openDatabase({ ...options, clock }, searchTables)
  const { path, readOnly } = database
  database.prepare(`pragma cache_size = -${cacheKiB}`).get()
  const write = searchWriter(database)
  const turn = loopTurn(turnBudget)
  const commits = groupCommit<void>(database, turn)
  let closing: Promise<void> | undefined

  const begin = (options: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', `The search index of ${path} has been closed.`)
    throwIfAborted(options)
  }
  const close = (): Promise<void> => {
    closing ??= commits.drain().then(() => database.close())
    return closing
  }

  return {
    name: 'sqlite',

    async apply(changes, options) {
      begin(options)
      if (readOnly) {
        throw new ThreadkeepError('READ_ONLY', `${path} was opened with readOnly: true. Open it without to write.`)
      }
      assertSearchChanges(changes)
      const own = changes.map(copyOf)
      await commits.add({ size: own.length, run: () => own.forEach(write) }, options)
    },

    async query(query, options) {
      begin(options)
      assertSearchQuery(query)
      const findNewest = searchReader(database, query, clock.now())
      return answerSearch(query, async (terms, most) => {
        if (turn.isSpent()) await setImmediate()
        return database.read(() => findNewest(terms, most), options)
      })
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}

function copyOf(change: SearchChange): SearchChange {
  if (change.type !== 'put') return { ...change }
  return { type: 'put', document: { ...change.document, text: searchedText(change.document.text) } }
}
