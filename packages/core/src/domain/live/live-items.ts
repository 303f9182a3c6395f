import type { JsonObject } from '../../store/types.ts'
import type { Cursors } from '../kernel/cursors.ts'
import type { LiveItem } from './live.types.ts'
import type { StreamItem } from './read-items.ts'

// Subscribers of one event share one item, so that what is made of it (a frame, say) can be made once.
const shared = new WeakMap<StreamItem, LiveItem>()

/** What binds a cursor to its stream. */
export function cursorScope(stream: string): string {
  return `events:${stream}`
}

/** Makes what subscribers of one thread receive. */
export function liveItems(cursors: Cursors, stream: string, threadId: string) {
  const cursorAt = (eventSeq: number): string => cursors.encode(cursorScope(stream), [eventSeq])

  return {
    event(item: StreamItem): LiveItem {
      const known = shared.get(item)
      if (known) return known
      const { event, message } = item
      const made: LiveItem = Object.freeze({
        type: 'event',
        event,
        ...(message && { message }),
        cursor: cursorAt(event.eventSeq),
      })
      shared.set(item, made)
      return made
    },

    start: (eventSeq: number): LiveItem => ({ type: 'start', threadId, cursor: cursorAt(eventSeq) }),
    gap: (eventSeq: number): LiveItem => ({ type: 'gap', threadId, cursor: cursorAt(eventSeq) }),

    /** Undefined for a hint that is not understood: it may come from a newer version. */
    hint(hint: JsonObject, eventSeq: number): LiveItem | undefined {
      const typing = hint['typing'] as { userId: string; typing: boolean; at: number } | undefined
      const receipt = hint['receipt'] as { userId: string; readSeq: number; deliveredSeq: number } | undefined
      if (typing) return { type: 'typing', threadId, ...typing, cursor: cursorAt(eventSeq) }
      if (receipt) return { type: 'receipt', threadId, ...receipt, cursor: cursorAt(eventSeq) }
      return undefined
    },
  }
}
