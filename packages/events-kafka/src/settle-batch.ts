import { isThreadkeepError } from '@threadkeep/core/store'

/** How a batch is brought to an end. */
export interface SettleOptions<T> {
  handle(records: readonly T[]): Promise<void>
  /** Puts a record that keeps failing aside. */
  park(record: T, cause: unknown): Promise<void>
  /** Waits before the next attempt; rejects to give up the batch. */
  pause(milliseconds: number): Promise<void>
  onRetry(error: unknown): void
  /** How often one record is tried before it is parked. */
  readonly attempts: number
}

const firstPause = 100
const longestPause = 2_000

/**
 * Handles records until each is done or parked, in order. A batch that fails is halved, so that a bad record costs the others a few calls.
 * Retryable errors park nothing: they are tried again for as long as `pause` allows.
 */
export async function settleBatch<T>(records: readonly T[], options: SettleOptions<T>): Promise<void> {
  const { handle, park, pause, onRetry, attempts } = options
  for (let attempt = 1; ; attempt++) {
    try {
      await handle(records)
      return
    } catch (error) {
      onRetry(error)
      const passing = isThreadkeepError(error) && error.retryable
      const single = records.length === 1
      if (single && !passing && attempt >= attempts) return park(records[0]!, error)
      if (!single && (!passing || attempt >= attempts)) break
      await pause(Math.min(longestPause, firstPause * 2 ** Math.min(attempt - 1, 10)))
    }
  }
  const middle = records.length >> 1
  await settleBatch(records.slice(0, middle), options)
  await settleBatch(records.slice(middle), options)
}
