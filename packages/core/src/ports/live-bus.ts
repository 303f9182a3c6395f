import type { JsonObject } from '../store/types.ts'

/**
 * Carries hints between processes: "something happened on this topic, look at the store". A hint may be lost, doubled or
 * late; nobody may depend on it for more than speed. A listener that throws affects neither the publisher nor others.
 */
export interface LiveBus extends AsyncDisposable {
  readonly name: string
  /** Never waits for listeners and never rejects: a hint that cannot be sent is a hint lost. */
  publish(topic: string, hint: JsonObject): void
  /** Answers once hints are flowing. Call the answer to stop; it is idempotent. */
  subscribe(topic: string, listener: (hint: JsonObject) => void): Promise<() => void>
  /**
   * False while hints cannot flow (connection lost). Subscribers then fall back to polling the store. `onChange` is called
   * at each change; the answer stops that.
   */
  readonly healthy: boolean
  onHealth(listener: (healthy: boolean) => void): () => void
  close(): Promise<void>
}
