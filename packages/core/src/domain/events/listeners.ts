import { createTopicListeners } from '../../local/listeners.ts'
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
  const byType = createTopicListeners<DomainEvent>()

  async function call(listener: Listener, event: DomainEvent): Promise<void> {
    try {
      await listener(event)
    } catch (error) {
      onError(error, `listener for ${event.type}`)
    }
  }

  return {
    on: (type, listener) =>
      byType.add(type, (event) => {
        // Each its own copy: what one does to it, the others do not see.
        const own = structuredClone(event)
        queueMicrotask(() => void call(listener, own))
      }),
    tell(events) {
      for (const event of events) {
        byType.tell(event.type, event)
        byType.tell('*', event)
      }
    },
  }
}
