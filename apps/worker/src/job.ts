/** One of a worker's jobs, under way. */
export interface Job {
  /** Never resolves; rejects when the job cannot go on, and the process should end for another to begin. */
  readonly failed: Promise<never>
  /** Whether it does its work at the moment. */
  isReady(): boolean
  /** Whether a new process would be of no help. */
  isAlive(): boolean
  /** Finishes what is at hand and stops. */
  stop(): Promise<void>
}
