import type { JsonObject } from '../store/types.ts'

/** One event on its way through a log: `key` (the thread id) decides its order, `eventSeq` its place in that order. */
export interface LogEvent {
  readonly key: string
  readonly eventSeq: number
  readonly value: JsonObject
}

/** The writing end. `append` answers when every event is durable; per key, order is the order of the calls. */
export interface EventSink extends AsyncDisposable {
  append(events: readonly LogEvent[]): Promise<void>
  close(): Promise<void>
}

/** The reading end. */
export interface EventSource extends AsyncDisposable {
  /**
   * Hands batches to `handle` until closed. Every event arrives at least once, per key in order; an event counts as done
   * only when `handle` has answered for its batch. An event whose handling keeps failing is parked with its cause (the dead letter),
   * and others go on.
   */
  run(handle: (events: readonly LogEvent[]) => Promise<void>): Promise<void>
  close(): Promise<void>
}
