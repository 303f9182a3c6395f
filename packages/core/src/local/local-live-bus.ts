import type { LiveBus } from '../ports/live-bus.ts'
import type { JsonObject } from '../store/types.ts'

/** Hints within one process: always healthy. Listeners run a turn after the publisher. */
export function localLiveBus(): LiveBus {
  const topics = new Map<string, Set<(hint: JsonObject) => void>>()
  let closed = false

  const close = async (): Promise<void> => {
    closed = true
    topics.clear()
  }

  return {
    name: 'local',
    healthy: true,
    onHealth: () => () => {},
    publish(topic, hint) {
      const listeners = topics.get(topic)
      if (!listeners) return
      for (const listener of listeners) queueMicrotask(() => tell(listener, hint))
    },
    async subscribe(topic, listener) {
      if (closed) return () => {}
      // A set of own functions, so that one listener may subscribe twice.
      const own = (hint: JsonObject): void => listener(hint)
      const listeners = topics.get(topic) ?? new Set()
      topics.set(topic, listeners.add(own))
      return () => {
        listeners.delete(own)
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic)
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function tell(listener: (hint: JsonObject) => void, hint: JsonObject): void {
  try {
    listener(hint)
  } catch {
    // A listener's trouble is its own: neither the publisher nor the others may suffer from it.
  }
}
