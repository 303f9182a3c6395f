import type { SearchTerm, TokenLookup } from '@threadkeep/core'
import { lookupOf } from '@threadkeep/core'

/** The FTS5 expression for documents that match every term. Whatever was typed, it is quoted: it cannot be syntax. */
export function matchExpression(terms: readonly SearchTerm[]): string {
  return terms.map((term) => expressionOf(lookupOf(term))).join(' AND ')
}

function expressionOf({ tokens, among, prefix }: TokenLookup): string {
  // Tokens hold no quotes. The extras have no order, so neighbours there mean nothing.
  const column = tokens.length > 1 ? `${among} : ` : ''
  return `${column}"${tokens.join(' ')}"${prefix ? '*' : ''}`
}
