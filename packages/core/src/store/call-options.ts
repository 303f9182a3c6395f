import { ThreadkeepError } from '../errors/threadkeep-error.ts'

/** What every call of every layer takes. */
export interface CallOptions {
  /** Gives up waiting when aborted. A commit already under way may still happen: the error then says `maybeCommitted`. */
  readonly signal?: AbortSignal
}

/** Throws `ABORTED` when the caller has already given up, so that no work starts for nobody. */
export function throwIfAborted(options: CallOptions | undefined): void {
  const signal = options?.signal
  if (signal?.aborted) {
    throw new ThreadkeepError('ABORTED', 'The call was aborted before it started.', { cause: signal.reason })
  }
}
