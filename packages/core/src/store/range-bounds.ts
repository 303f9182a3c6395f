import { compareBytes, prefixUpperBound } from './keys.ts'
import type { Range } from './types.ts'

/** The keys of a range as one stretch: an absent bound is open. `upper` is always exclusive. */
export interface RangeBounds {
  readonly lower?: { readonly key: string; readonly inclusive: boolean }
  readonly upper?: string
}

/** The tighter one of prefix and position on either side. */
export function rangeBounds({ prefix = '', after, before }: Omit<Range, 'limit'>): RangeBounds {
  const bounds: { lower?: { key: string; inclusive: boolean }; upper?: string } = {}
  if (after !== undefined && compareBytes(after, prefix) >= 0) bounds.lower = { key: after, inclusive: false }
  else if (prefix !== '') bounds.lower = { key: prefix, inclusive: true }
  const end = prefix === '' ? undefined : prefixUpperBound(prefix)
  const upper = end === undefined || (before !== undefined && compareBytes(before, end) < 0) ? before : end
  if (upper !== undefined) bounds.upper = upper
  return bounds
}
