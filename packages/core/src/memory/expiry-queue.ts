import type { Millis } from '../store/types.ts'

/** Something with a deadline. `place` belongs to the queue; it starts at -1. */
export interface Mortal {
  expiresAt: Millis
  place: number
}

/** Mortals by their deadline. Holds exactly those that were put in and not taken out: it never outgrows the living. */
export interface ExpiryQueue<T extends Mortal> {
  /** The one whose deadline comes first. */
  first(): T | undefined
  /** Puts one in, or moves it after its `expiresAt` has changed. */
  set(item: T): void
  /** Takes one out; one that is not in is left alone. */
  remove(item: T): void
}

/** A binary heap whose members know their place, so that moving and removing need no search. */
export function expiryQueue<T extends Mortal>(): ExpiryQueue<T> {
  const heap: T[] = []

  function put(item: T, place: number): void {
    heap[place] = item
    item.place = place
  }

  /** Lets the item at `place` rise above all later deadlines. */
  function rise(item: T, place: number): number {
    let at = place
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]!
      if (parent.expiresAt <= item.expiresAt) break
      put(parent, at)
      at = parentAt
    }
    put(item, at)
    return at
  }

  /** Lets the item at `place` sink below all earlier deadlines. */
  function sink(item: T, place: number): void {
    let at = place
    for (;;) {
      let childAt = 2 * at + 1
      if (childAt >= heap.length) break
      if (childAt + 1 < heap.length && heap[childAt + 1]!.expiresAt < heap[childAt]!.expiresAt) childAt++
      const child = heap[childAt]!
      if (item.expiresAt <= child.expiresAt) break
      put(child, at)
      at = childAt
    }
    put(item, at)
  }

  return {
    first: () => heap[0],
    set(item) {
      const place = item.place === -1 ? heap.length : item.place
      if (rise(item, place) === place) sink(item, place)
    },
    remove(item) {
      const { place } = item
      if (place === -1) return
      item.place = -1
      const last = heap.pop()!
      if (last === item) return
      if (rise(last, place) === place) sink(last, place)
    },
  }
}
