import type { SearchChange, SearchDocument, SearchQuery, SearchTerm } from '@threadkeep/core'
import { foldText, lookupOf, searchedText, searchTokens, settleChanges } from '@threadkeep/core'
import { compareBytes } from '@threadkeep/core/store'

/** A statement and its values. */
export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

/** Makes all of the changes, or none. */
export function applyStatement(schema: string, changes: readonly SearchChange[]): Statement {
  const cleared: string[] = []
  const gone: [threadId: string, messageId: string][] = []
  const documents: SearchDocument[] = []
  for (const [threadId, { clear, messages }] of settleChanges(changes)) {
    if (clear) cleared.push(threadId)
    for (const [messageId, document] of messages) {
      if (document) documents.push(document)
      else if (!clear) gone.push([threadId, messageId])
    }
  }
  // In one order everywhere, so that two writers wait for each other and not both for ever.
  documents.sort((a, b) => compareBytes(a.threadId, b.threadId) || compareBytes(a.messageId, b.messageId))
  const rows = documents.map(rowOf)
  const columns = Array.from({ length: 11 }, (_, column) => rows.map((row) => row[column]))
  const values = [cleared, gone.map(([threadId]) => threadId), gone.map(([, messageId]) => messageId), ...columns]
  return { text: `select ${schema}.apply_search(${values.map((_, i) => `$${i + 1}`).join(', ')})`, values }
}

/** Finds the newest documents that match all terms and the filters, best in the order of `compareNewest`. */
export function findStatement(
  schema: string,
  query: SearchQuery,
  now: number,
  terms: readonly SearchTerm[],
  most: number,
): Statement {
  const values: unknown[] = []
  const value = (item: unknown): string => `$${values.push(item)}`
  const conditions = [`tokens @@ ${value(tokensOf(terms))}::tsquery`]
  for (const phrase of phrasesOf(terms)) conditions.push(`strpos(words, ${value(phrase)}) > 0`)
  conditions.push(`(expires_at is null or expires_at > ${value(now)})`)
  const lists = { thread_id: query.threadIds, author_id: query.authorIds, role: query.roles, kind: query.kinds }
  for (const [column, list] of Object.entries(lists)) {
    if (list) conditions.push(`${column} = any(${value(list.filter(isId))}::text[])`)
  }
  if (query.from !== undefined) conditions.push(`created_at >= ${value(wholeMillis(query.from))}`)
  if (query.to !== undefined) conditions.push(`created_at < ${value(wholeMillis(query.to))}`)
  const text = `select thread_id, message_id, seq, created_at, text from ${schema}.search_documents
    where ${conditions.join(' and ')} order by created_at desc, message_id desc, thread_id desc limit ${value(most)}`
  return { text, values }
}

function rowOf(document: SearchDocument): readonly unknown[] {
  const { threadId, messageId, seq, authorId, role, kind, createdAt, expiresAt = null } = document
  const text = searchedText(document.text)
  const { words, extras } = searchTokens(foldText(text).text)
  const tokens = [` ${words.join(' ')} `, extras.join(' ')]
  return [threadId, messageId, seq, authorId, role, kind, createdAt, expiresAt, text, ...tokens]
}

/** Tokens hold no quotes and no backslashes, so whatever was typed cannot be syntax. */
function tokensOf(terms: readonly SearchTerm[]): string {
  return terms
    .flatMap((term) => {
      const { tokens, prefix } = lookupOf(term)
      return tokens.map((token, i) => `'${token}'${prefix && i === tokens.length - 1 ? ':*' : ''}`)
    })
    .join(' & ')
}

/** The parts of `words` that a document must have for terms of several tokens. */
function phrasesOf(terms: readonly SearchTerm[]): readonly string[] {
  const phrases = terms.map(lookupOf).filter(({ tokens }) => tokens.length > 1)
  return phrases.map(({ tokens, prefix }) => ` ${tokens.join(' ')}${prefix ? '' : ' '}`)
}

/** PostgreSQL refuses a text with NUL, and no id has one. */
function isId(id: string): boolean {
  return !id.includes('\0')
}

/** The first whole millisecond from there on, within what a document can have. */
function wholeMillis(time: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Math.ceil(time), Number.MAX_SAFE_INTEGER))
}
