import type { JsonObject } from '../store/types.ts'

/** A record on its way through a log. */
export interface LogRecord {
  /** Whose record it is: a dead letter says it, and a log may order by it. */
  readonly key: string
  readonly value: JsonObject
}

/** A record that came out of a log, with its place: positions of one lane only grow. */
export interface PlacedRecord extends LogRecord {
  readonly lane: number
  readonly position: number
}

/** The writing end. A log has lanes: what goes through one lane keeps its order. */
export interface EventSink extends AsyncDisposable {
  /** Answers when every record is durable, with the position of the last. A call that failed may have been heard all the same. */
  append(lane: number, records: readonly LogRecord[]): Promise<number>
  close(): Promise<void>
}

/** The reading end. */
export interface EventSource extends AsyncDisposable {
  /**
   * Hands batches to `handle` until closed. Every record arrives at least once, per lane in order; it counts as done only when
   * `handle` has answered for it. A batch that fails is tried again in ever smaller parts; a single record that keeps failing is parked
   * with its cause (the dead letter) and the others go on. Retryable errors park nothing. Rejects when it cannot go on.
   */
  run(handle: (records: readonly PlacedRecord[]) => Promise<void>): Promise<void>
  /** Finishes the batch at hand and stops. May be called again. */
  close(): Promise<void>
}
