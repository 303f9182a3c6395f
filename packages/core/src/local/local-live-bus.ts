import type { LiveBus } from '../ports/live-bus.ts'
import type { JsonObject } from '../store/types.ts'
import { createTopicListeners } from './listeners.ts'

/** Hints within one process: always healthy. Listeners run a turn after the publisher. */
export function localLiveBus(): LiveBus {
  const listeners = createTopicListeners<JsonObject>()
  let closed = false

  const close = async (): Promise<void> => {
    closed = true
    listeners.clear()
  }

  return {
    name: 'local',
    healthy: true,
    onHealth: () => () => {},
    publish(topic, hint) {
      if (listeners.has(topic)) queueMicrotask(() => listeners.tell(topic, hint))
    },
    subscribe: async (topic, listener) => (closed ? () => {} : listeners.add(topic, listener)),
    close,
    [Symbol.asyncDispose]: close,
  }
}
