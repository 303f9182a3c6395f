import type { DomainEvent, EventType } from './event.ts'

/** Told of one event after its commit. What it answers is awaited by nobody. */
export type Listener = (event: DomainEvent) => unknown

/** Listeners of this process, told of what this process commits. One that throws or hangs affects nobody else. */
export interface Listeners {
  /** `'*'` hears everything. Call the answer to stop; it is idempotent. */
  on(type: EventType | '*', listener: Listener): () => void
  tell(events: readonly DomainEvent[]): void
}

/** No listeners yet; their errors go to `onError`. */
export function createListeners(onError: (error: unknown, where: string) => void): Listeners {
  const byType = new Map<string, Set<Listener>>()

  async function call(listener: Listener, event: DomainEvent): Promise<void> {
    try {
      await listener(event)
    } catch (error) {
      onError(error, `listener for ${event.type}`)
    }
  }

  return {
    on(type, listener) {
      const own: Listener = (event) => listener(event)
      const listeners = byType.get(type) ?? new Set()
      byType.set(type, listeners.add(own))
      return () => void listeners.delete(own)
    },
    tell(events) {
      if (byType.size === 0) return
      for (const event of events) {
        for (const type of [event.type, '*']) {
          // Each its own copy: what one does to it, the others do not see.
          for (const listener of byType.get(type) ?? []) {
            const own = structuredClone(event)
            queueMicrotask(() => void call(listener, own))
          }
        }
      }
    },
  }
}
