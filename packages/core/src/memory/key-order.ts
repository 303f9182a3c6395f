import { compareBytes } from '../store/keys.ts'
import { rangeBounds } from '../store/range-bounds.ts'
import type { Range } from '../store/types.ts'

/** Something that stands in key order until it is gone. */
export interface Item {
  readonly key: string
  gone: boolean
}

/**
 * Items in key order: a sorted list of sorted chunks. What is added out of order waits, unsorted, until somebody lists;
 * what is removed stays, marked, until a list passes it or the gone outnumber the living. So a collection that is only
 * written and looked up by key never pays for its order.
 *
 * Plain data with functions beside it: there is one of these for each collection, and there may be a million of those.
 */
export interface KeyOrder<T extends Item> {
  chunks: T[][]
  waiting: T[]
  living: number
  gone: number
  /** JavaScript's own comparison is several times faster, and the same as long as every key is ASCII. */
  ascii: boolean
}

const chunkSize = 512
const goneTolerated = 1_000

/** An order of nothing. */
export function keyOrder<T extends Item>(): KeyOrder<T> {
  return { chunks: [], waiting: [], living: 0, gone: 0, ascii: true }
}

/** Adds an item whose key no living item has. Costs one comparison. */
export function addItem<T extends Item>(order: KeyOrder<T>, item: T): void {
  if (order.ascii && beyondAscii.test(item.key)) order.ascii = false
  order.living++
  const { chunks, waiting } = order
  const last = chunks[chunks.length - 1]
  if (waiting.length > 0) waiting.push(item)
  else if (last === undefined) chunks.push([item])
  else if (compare(order, item.key, last[last.length - 1]!.key) < 0) waiting.push(item)
  else if (last.length < chunkSize) last.push(item)
  else chunks.push([item])
}

/** Takes an item out, for good. */
export function removeItem<T extends Item>(order: KeyOrder<T>, item: T): void {
  item.gone = true
  order.living--
  order.gone++
  if (order.gone > order.living + goneTolerated) rebuild(order)
}

/** The items within a range that pass `accept`, at most `range.limit`, in the order the range asks for. */
export function listItems<T extends Item>(order: KeyOrder<T>, range: Range, accept: (item: T) => boolean): T[] {
  settle(order)
  const { chunks } = order
  const { limit, reverse = false } = range
  const [from, to] = places(order, range)
  const found: T[] = []
  const step = reverse ? -1 : 1
  let sawGone = false
  let at = reverse ? to.chunk : from.chunk
  for (; at >= from.chunk && at <= to.chunk && found.length < limit; at += step) {
    const chunk = chunks[at]
    if (chunk === undefined) continue
    const low = at === from.chunk ? from.offset : 0
    const high = at === to.chunk ? to.offset : chunk.length
    for (let i = reverse ? high - 1 : low; i >= low && i < high && found.length < limit; i += step) {
      const item = chunk[i]!
      if (item.gone) sawGone = true
      else if (accept(item)) found.push(item)
    }
  }
  if (sawGone) {
    if (reverse) sweep(order, at + 1, to.chunk + 1)
    else sweep(order, from.chunk, at)
  }
  return found
}

interface Place {
  readonly chunk: number
  readonly offset: number
}

/** Where a range begins, and the place just past its end. */
function places<T extends Item>(order: KeyOrder<T>, range: Range): [Place, Place] {
  const { lower, upper } = rangeBounds(range)
  return [
    lower === undefined ? { chunk: 0, offset: 0 } : seek(order, lower.key, !lower.inclusive),
    upper === undefined ? { chunk: order.chunks.length, offset: 0 } : seek(order, upper, false),
  ]
}

/** The place of the first item at `key` or beyond; with `past`, beyond it. */
function seek<T extends Item>(order: KeyOrder<T>, key: string, past: boolean): Place {
  const { chunks } = order
  const least = past ? 1 : 0
  let low = 0
  let high = chunks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const chunk = chunks[middle]!
    if (compare(order, chunk[chunk.length - 1]!.key, key) >= least) high = middle
    else low = middle + 1
  }
  const found = chunks[low]
  if (found === undefined) return { chunk: low, offset: 0 }
  let first = 0
  let end = found.length
  while (first < end) {
    const middle = (first + end) >>> 1
    if (compare(order, found[middle]!.key, key) >= least) end = middle
    else first = middle + 1
  }
  return { chunk: low, offset: first }
}

/** Sorts in what waits: one by one when it is little, else all at once. */
function settle<T extends Item>(order: KeyOrder<T>): void {
  if (order.waiting.length === 0) return
  if (order.waiting.length * 8 > order.living) {
    rebuild(order)
    return
  }
  for (const item of order.waiting) {
    if (item.gone) order.gone--
    else insert(order, item)
  }
  order.waiting = []
}

function insert<T extends Item>(order: KeyOrder<T>, item: T): void {
  const { chunks } = order
  const place = seek(order, item.key, false)
  const atEnd = place.chunk === chunks.length
  const index = atEnd ? place.chunk - 1 : place.chunk
  const chunk = chunks[index]!
  chunk.splice(atEnd ? chunk.length : place.offset, 0, item)
  if (chunk.length >= 2 * chunkSize) chunks.splice(index + 1, 0, chunk.splice(chunkSize))
}

/** Sorts everything anew and forgets what is gone. */
function rebuild<T extends Item>(order: KeyOrder<T>): void {
  const items = [...order.chunks.flat(), ...order.waiting].filter(isLiving)
  items.sort((a, b) => compare(order, a.key, b.key))
  order.chunks = []
  for (let i = 0; i < items.length; i += chunkSize) order.chunks.push(items.slice(i, i + chunkSize))
  order.waiting = []
  order.gone = 0
}

/** Drops what is gone from chunks `[from, to)`, and chunks that become empty. */
function sweep<T extends Item>(order: KeyOrder<T>, from: number, to: number): void {
  const kept: T[][] = []
  for (const chunk of order.chunks.slice(from, to)) {
    const items = chunk.filter(isLiving)
    order.gone -= chunk.length - items.length
    if (items.length > 0) kept.push(items)
  }
  order.chunks = [...order.chunks.slice(0, from), ...kept, ...order.chunks.slice(to)]
}

function compare<T extends Item>(order: KeyOrder<T>, a: string, b: string): number {
  if (!order.ascii) return compareBytes(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

function isLiving(item: Item): boolean {
  return !item.gone
}

const beyondAscii = /[^ -~]/
