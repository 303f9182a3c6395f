import type { FindNewest, SearchCandidate, SearchQuery, SearchTerm, TokenLookup } from '@threadkeep/core'
import { foldText, lookupOf, matchesAll } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { prefixUpperBound } from '@threadkeep/core/store'
import type { Collection, Document } from 'mongodb'
import type { FiledDocument } from './search-documents.ts'
import { beginningToken, extraToken, newestFirst } from './search-documents.ts'

const projection = { _id: 0, threadId: 1, messageId: 1, seq: 1, createdAt: 1, text: 1 } as const
// Texts are read in portions where only their reading tells whether they match.
const portion = 200

/** Finds the newest documents for one query: MongoDB intersects tokens; whether they stand next to each other, their text tells. */
export function findNewestIn(
  documents: Collection<FiledDocument>,
  query: SearchQuery,
  now: Millis,
  signal: AbortSignal,
): FindNewest {
  const conditions = conditionsOf(query, now)
  return async (terms, most) => {
    const lookups = terms.map(lookupOf)
    const tokens = lookups.flatMap((lookup) => conditionsOfLookup(lookup))
    const filter = { ...conditions, $and: tokens } as Document
    const find = (limit: number, batchSize: number) =>
      documents.find<SearchCandidate>(filter, { projection, sort: newestFirst, limit, batchSize, signal })
    // A single token means a match; several have to be neighbours as well.
    if (lookups.every((lookup) => lookup.tokens.length === 1)) return find(most, most).toArray()
    return firstThatMatch(find(0, portion), terms, most)
  }
}

async function firstThatMatch(
  candidates: AsyncIterable<SearchCandidate>,
  terms: readonly SearchTerm[],
  most: number,
): Promise<readonly SearchCandidate[]> {
  const found: SearchCandidate[] = []
  for await (const candidate of candidates) {
    if (!matchesAll(foldText(candidate.text).text, terms)) continue
    found.push(candidate)
    if (found.length === most) break
  }
  return found
}

/** What a document has to be, apart from its text. */
function conditionsOf({ threadIds, authorIds, roles, kinds, from, to }: SearchQuery, now: Millis): Document {
  const createdAt = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lt: to }) }
  return {
    ...(threadIds && { threadId: oneOf(threadIds) }),
    ...(authorIds && { authorId: oneOf(authorIds) }),
    ...(roles && { role: oneOf(roles) }),
    ...(kinds && { kind: oneOf(kinds) }),
    ...(Object.keys(createdAt).length > 0 && { createdAt }),
    expiresAt: { $not: { $lte: now } },
  }
}

function oneOf(list: readonly string[]): Document | string {
  return list.length === 1 ? list[0]! : { $in: [...new Set(list)] }
}

function conditionsOfLookup({ tokens, among, prefix }: TokenLookup): readonly Document[] {
  const filed = among === 'extras' ? tokens.map(extraToken) : tokens
  return filed.map((token, index) => ({ tokens: prefix && index === filed.length - 1 ? beginningWith(token) : token }))
}

function beginningWith(token: string): Document | string {
  const upper = prefixUpperBound(token)
  return beginningToken(token) ?? { $elemMatch: { $gte: token, ...(upper !== undefined && { $lt: upper }) } }
}
