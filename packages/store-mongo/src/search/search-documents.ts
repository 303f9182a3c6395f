import type { SearchDocument } from '@threadkeep/core'
import { foldText, searchedText, searchTokens } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import type { IndexDefinition } from '../indexed-collection.ts'
import { expiryIndex, recordId, removalAt } from '../layout.ts'

/** One message as the index keeps it. */
export interface FiledDocument extends SearchDocument {
  /** Its thread and its message id. */
  readonly _id: string
  /** Every word as it is, and short beginnings and extras, each with a mark that no word begins with. */
  readonly tokens: readonly string[]
  /** When the server may delete it for good. */
  readonly removeAt?: Date
}

export const searchCollection = 'threadkeep.search'

/** Newest first, as `compareNewest` has it. */
export const newestFirst = { createdAt: -1, messageId: -1, threadId: -1 } as const

export const searchIndexes: readonly IndexDefinition[] = [
  { name: 'tokens', key: { tokens: 1, ...newestFirst } },
  { name: 'thread', key: { threadId: 1, createdAt: -1 } },
  { name: 'author', key: { authorId: 1, createdAt: -1 } },
  expiryIndex,
]

const extra = '='
const beginning = '^'
// Words with a beginning of two or three characters are very many: looked up as a range they would all have to be sorted.
const shortest = 2
const longest = 3
// Nobody asks for the beginning of a word in a script without spaces: any two characters of it are a token.
const withoutSpaces = /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}]/u

/** The token of an extra (`c++`, `@ann`, a single ideograph). */
export function extraToken(token: string): string {
  return extra + token
}

/** The token that all words with this beginning are filed under; undefined when there is none of that length. */
export function beginningToken(prefix: string): string | undefined {
  const { length } = Array.from(prefix)
  return length >= shortest && length <= longest ? beginning + prefix : undefined
}

/** The document's own copy, as it is filed. */
export function fileDocument(document: SearchDocument, now: Millis, wallClock: Millis): FiledDocument {
  const { threadId, messageId, seq, authorId, role, kind, createdAt, expiresAt } = document
  const text = searchedText(document.text)
  const filed: FiledDocument = {
    _id: idOf(threadId, messageId),
    ...{ threadId, messageId, seq, authorId, role, kind, createdAt, text },
    tokens: tokensOf(text),
  }
  if (expiresAt === undefined) return filed
  const removeAt = removalAt({ expiresAt, now, wallClock })
  return { ...filed, expiresAt, ...(removeAt && { removeAt }) }
}

/** The `_id` of a message. */
export function idOf(threadId: string, messageId: string): string {
  return recordId(threadId, messageId)
}

function tokensOf(text: string): readonly string[] {
  const { words, extras } = searchTokens(foldText(text).text)
  const tokens = new Set<string>(words)
  for (const word of words) {
    if (withoutSpaces.test(word)) continue
    const characters = Array.from(word.slice(0, 2 * longest))
    for (let length = shortest; length <= longest && length <= characters.length; length++) {
      tokens.add(beginning + characters.slice(0, length).join(''))
    }
  }
  for (const token of extras) tokens.add(extraToken(token))
  return [...tokens]
}
