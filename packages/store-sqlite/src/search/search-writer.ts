import type { SearchChange, SearchDocument } from '@threadkeep/core'
import { foldText, searchTokens } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Database } from '../database.ts'
import { secondOf, slots } from './search-tables.ts'

type Existing = [id: number, createdAt: number, text: string]

const readSql = 'select id, created_at, text from search_documents where thread_id = ? and message_id = ?'
const lastIdSql = 'select max(id) from search_documents where id >= ? and id < ?'
const insertSql = `insert into search_documents
  (id, thread_id, message_id, seq, author_id, role, kind, created_at, expires_at, text)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const updateSql = `update search_documents
  set seq = ?, author_id = ?, role = ?, kind = ?, created_at = ?, expires_at = ?, text = ? where id = ?`
const deleteSql = 'delete from search_documents where id = ?'
// FTS5 takes only integers for ids, and numbers are bound as reals.
const fileSql = 'insert into search_words(rowid, words, extras) values (cast(? as integer), ?, ?)'
const unfileSql = 'delete from search_words where rowid = cast(? as integer)'
const unfileThreadSql = `delete from search_words
  where rowid in (select id from search_documents where thread_id = ?)`
const deleteThreadSql = 'delete from search_documents where thread_id = ?'

/** Makes one change, its text already a `searchedText`. Runs inside a write transaction. */
export function searchWriter({ prepare }: Database): (change: SearchChange) => void {
  const find = (threadId: string, messageId: string): Existing | undefined =>
    prepare(readSql).get(threadId, messageId) as Existing | undefined

  const file = (id: number, text: string): void => {
    const { words, extras } = searchTokens(foldText(text).text)
    prepare(fileSql).get(id, words.join(' '), extras.join(' '))
  }
  const newId = (createdAt: number): number => {
    const first = secondOf(createdAt) * slots
    const [last] = prepare(lastIdSql).get(first, first + slots) as unknown as [number | null]
    const id = last === null ? first : last + 1
    if (id < first + slots) return id
    throw new ThreadkeepError('STORAGE_FULL', `The index holds at most ${slots} documents of one second.`)
  }
  const insert = (document: SearchDocument): void => {
    const { threadId, messageId, seq, authorId, role, kind, createdAt, expiresAt = null, text } = document
    const id = newId(createdAt)
    prepare(insertSql).get(id, threadId, messageId, seq, authorId, role, kind, createdAt, expiresAt, text)
    file(id, text)
  }
  const update = (document: SearchDocument, [id, , oldText]: Existing): void => {
    const { seq, authorId, role, kind, createdAt, expiresAt = null, text } = document
    prepare(updateSql).get(seq, authorId, role, kind, createdAt, expiresAt, text, id)
    // A replay of what is filed already costs one row.
    if (text === oldText) return
    prepare(unfileSql).get(id)
    file(id, text)
  }
  const remove = (id: number): void => {
    prepare(unfileSql).get(id)
    prepare(deleteSql).get(id)
  }

  const put = (document: SearchDocument): void => {
    const existing = find(document.threadId, document.messageId)
    const keepsId = existing && secondOf(existing[1]) === secondOf(document.createdAt)
    if (existing && !keepsId) remove(existing[0])
    if (keepsId) update(document, existing)
    else insert(document)
  }

  return (change) => {
    if (change.type === 'put') {
      put(change.document)
    } else if (change.type === 'delete') {
      const existing = find(change.threadId, change.messageId)
      if (existing) remove(existing[0])
    } else {
      prepare(unfileThreadSql).get(change.threadId)
      prepare(deleteThreadSql).get(change.threadId)
    }
  }
}
