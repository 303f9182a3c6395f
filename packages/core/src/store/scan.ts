import type { CallOptions } from './call-options.ts'
import type { Entry, Range, Store } from './types.ts'

/** A range without an end: pages are fetched as the consumer asks for them. */
export interface ScanOptions extends CallOptions, Omit<Range, 'limit'> {
  /** How many records one `list` fetches. Default 500. */
  readonly pageSize?: number
}

/**
 * Every live record of a collection in key order, one page in memory at a time. A record written or removed behind the
 * position does not disturb it; each key is seen at most once.
 */
export async function* scan(
  store: Store,
  collection: string,
  options: ScanOptions = {},
): AsyncGenerator<Entry, void, undefined> {
  const { pageSize = 500, signal, ...range } = options
  let position: Partial<Range> = {}
  for (;;) {
    const page = await store.list(collection, { ...range, ...position, limit: pageSize }, signal && { signal })
    yield* page
    if (page.length < pageSize) return
    const last = page[page.length - 1]!.key
    position = range.reverse ? { before: last } : { after: last }
  }
}
