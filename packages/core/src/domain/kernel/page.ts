/**
 * Which stretch of a sorted list: `first` items after a cursor, or `last` items before one. With neither, the default
 * page size from the start. Both directions answer in the list's own order.
 */
export interface PageRequest {
  readonly first?: number
  readonly after?: string
  readonly last?: number
  readonly before?: string
}

/** One stretch of a sorted list. Cursors are made only when asked for. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Whether items follow the last one. */
  readonly hasNext: boolean
  /** Whether items precede the first one. */
  readonly hasPrevious: boolean
  /** The cursor of the item at `index`: continue with `after` or `before` it. It outlives the item. */
  cursor(index: number): string
}
