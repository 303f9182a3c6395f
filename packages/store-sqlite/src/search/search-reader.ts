import type { SearchCandidate, SearchQuery, SearchTerm } from '@threadkeep/core'
import { compareNewest, foldText, matchesAll } from '@threadkeep/core'
import type { Database } from '../database.ts'
import { matchExpression } from './match-expression.ts'
import { conditionsOf, ownersOf, stretchOf } from './search-filters.ts'
import { secondOf } from './search-tables.ts'

type Row = [threadId: string, messageId: string, seq: number, createdAt: number, text: string, authorId?: string]

/** Answers what `FindNewest` asks for. Each call runs inside `database.read`. */
export type SearchReader = (terms: readonly SearchTerm[], most: number) => readonly SearchCandidate[]

// After so many documents of others, of which few were wanted, the wanted threads and authors are asked instead.
const patience = 500
const few = 0.1
// So many documents are read faster than FTS5 looks for a common word among them.
const mostRead = 4_000
const unlimited = -1

const source = 'search_words f join search_documents d on d.id = f.rowid where f.search_words match ?'
const newestFirst = 'order by f.rowid desc limit ?'

/**
 * Finds the newest documents for one query. It walks the matches of the words from the newest on. When those are mostly other
 * people's, it reads the wanted threads and authors whole, or has FTS5 check its matches against the set of their ids.
 */
export function searchReader({ prepare }: Database, query: SearchQuery, now: number): SearchReader {
  const threads = query.threadIds && new Set(query.threadIds)
  const authors = query.authorIds && new Set(query.authorIds)
  const stretch = stretchOf(query)
  const conditions = conditionsOf(query, now)
  const owners = ownersOf(query)
  const columns = `d.thread_id, d.message_id, d.seq, d.created_at, d.text${authors ? ', d.author_id' : ''}`
  const wordsSql = `${source} ${stretch.sql} ${conditions.sql}`
  const wordsOf = (terms: readonly SearchTerm[]) => [matchExpression(terms), ...stretch.values, ...conditions.values]
  /** Everything the wanted threads and authors have, once it has been read. */
  let documents: readonly Row[] | undefined

  const isWanted = (row: Row): boolean => (!threads || threads.has(row[0])) && (!authors || authors.has(row[5]!))

  /** The wanted rows, newest first; undefined when it `mayGiveUp` and meets too much that is not wanted. */
  const walk = (rows: Iterable<unknown>, most: number, mayGiveUp: boolean): Row[] | undefined => {
    const found: Row[] = []
    let passed = 0
    for (const row of rows as Iterable<Row>) {
      // Within a second ids have no order, so all of it is read before it is cut.
      if (found.length >= most && !isSameSecond(found.at(-1)!, row)) break
      if (isWanted(row)) found.push(row)
      else if (++passed === patience && mayGiveUp && found.length < passed * few) return undefined
    }
    return found
  }
  const walkWords = (terms: readonly SearchTerm[], most: number): Row[] | undefined => {
    const statement = prepare(`select ${columns} from ${wordsSql} ${newestFirst}`)
    const values = wordsOf(terms)
    if (!owners) {
      // Without anything to pass over, all at once is faster than one by one.
      const rows = statement.all(...values, most + 1) as unknown as Row[]
      if (rows.length <= most || !isSameSecond(rows[most - 1]!, rows[most]!)) return rows.slice(0, most)
    }
    return walk(statement.iterate(...values, unlimited), most, owners !== undefined)
  }

  const readDocuments = (): readonly Row[] | undefined => {
    const { sql, values } = owners!
    const from = `from search_documents d where true ${sql}`
    const count = prepare(`select count(*) from (select 1 ${from} limit ?)`).get(...values, mostRead + 1)
    if ((count as unknown as [number])[0] > mostRead) return undefined
    const all = prepare(`select ${columns} ${from} ${conditions.sql}`).all(...values, ...conditions.values)
    return all as unknown as readonly Row[]
  }
  const walkOwn = (terms: readonly SearchTerm[], most: number): Row[] => {
    const { sql, values } = owners!
    const own = `and +f.rowid in (select d.id from search_documents d where true ${sql})`
    const statement = prepare(`select ${columns} from ${wordsSql} ${own} ${newestFirst}`)
    return walk(statement.iterate(...wordsOf(terms), ...values, unlimited), most, false)!
  }

  const find = (terms: readonly SearchTerm[], most: number): readonly Row[] => {
    const found = documents ? undefined : walkWords(terms, most)
    if (found) return found
    documents ??= readDocuments()
    return documents?.filter((row) => matchesAll(foldText(row[4]).text, terms)) ?? walkOwn(terms, most)
  }

  if (threads?.size === 0 || authors?.size === 0) return () => []
  return (terms, most) => {
    const candidates = find(terms, most).map(toCandidate)
    return candidates.length > most ? candidates.sort(compareNewest).slice(0, most) : candidates
  }
}

function toCandidate([threadId, messageId, seq, createdAt, text]: Row): SearchCandidate {
  return { threadId, messageId, seq, createdAt, text }
}

function isSameSecond(a: Row, b: Row): boolean {
  return secondOf(a[3]) === secondOf(b[3])
}
