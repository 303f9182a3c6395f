import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Json } from '../../store/types.ts'
import type { Cursors } from './cursors.ts'
import type { Limits } from './limits.ts'
import type { Page, PageRequest } from './page.ts'
import { assertCount } from './validate.ts'

/** A page request that has been read: `forward` from the start side, or backward from the end side. */
export interface Slice {
  readonly forward: boolean
  readonly limit: number
  /** Positions that bound the page, exclusive. */
  readonly after: readonly Json[] | undefined
  readonly before: readonly Json[] | undefined
}

/** Reads a page request: `INVALID_LIMIT` for sizes out of range, `INVALID` for both directions at once, `INVALID_CURSOR` for foreign cursors. */
export function readPageRequest(request: PageRequest, limits: Limits, cursors: Cursors, scope: string): Slice {
  const { first, last, after, before } = request
  if (first !== undefined && last !== undefined)
    throw new ThreadkeepError('INVALID', 'Ask for the first items or the last ones, not both.')
  if (first !== undefined) assertCount(first, 'first', limits.maxPageSize)
  if (last !== undefined) assertCount(last, 'last', limits.maxPageSize)
  return {
    forward: last === undefined && (first !== undefined || before === undefined),
    limit: first ?? last ?? limits.defaultPageSize,
    after: after === undefined ? undefined : cursors.decode(scope, after),
    before: before === undefined ? undefined : cursors.decode(scope, before),
  }
}

/** A page of items already cut, whose cursors are made when asked for. */
export function pageOf<T>(
  items: readonly T[],
  more: { readonly next: boolean; readonly previous: boolean },
  cursor: (item: T) => string,
): Page<T> {
  return {
    items,
    hasNext: more.next,
    hasPrevious: more.previous,
    cursor(index) {
      const item = items[index]
      if (item === undefined) throw new ThreadkeepError('INVALID', `The page has no item ${index}.`)
      return cursor(item)
    },
  }
}

/** A page of a list that is in memory whole, in its order. `compare` orders positions as the list is ordered. */
export function pageOfSorted<T>(
  all: readonly T[],
  slice: Slice,
  positionOf: (item: T) => readonly Json[],
  compare: (a: readonly Json[], b: readonly Json[]) => number,
  cursor: (item: T) => string,
): Page<T> {
  const { after, before } = slice
  const from = after === undefined ? 0 : firstIndex(all, (item) => compare(positionOf(item), after) > 0)
  const to = before === undefined ? all.length : firstIndex(all, (item) => compare(positionOf(item), before) >= 0)
  const end = Math.max(from, slice.forward ? Math.min(to, from + slice.limit) : to)
  const start = slice.forward ? from : Math.max(from, to - slice.limit)
  return pageOf(all.slice(start, end), { next: end < all.length, previous: start > 0 }, cursor)
}

function firstIndex<T>(items: readonly T[], test: (item: T) => boolean): number {
  const found = items.findIndex(test)
  return found < 0 ? items.length : found
}
