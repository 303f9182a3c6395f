import type { CallOptions } from './call-options.ts'
import type { Millis } from './types.ts'

/** Why a caller no longer waits: the code and the cause of the error it gets. */
export interface ImpatienceReason {
  readonly code: 'TIMEOUT' | 'ABORTED'
  readonly cause?: unknown
}

/**
 * Calls `onEnd` once, never before it has answered, when `millis` have passed or the caller gives up or has done so already. Call the
 * answer when there is no more to wait for.
 */
export function patience(
  millis: Millis,
  options: CallOptions | undefined,
  onEnd: (reason: ImpatienceReason) => void,
): () => void {
  const signal = options?.signal
  const stop = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  const abort = (): void => {
    stop()
    onEnd({ code: 'ABORTED', cause: signal?.reason })
  }
  const timer = setTimeout(() => {
    stop()
    onEnd({ code: 'TIMEOUT' })
  }, millis)
  if (signal?.aborted) queueMicrotask(abort)
  else signal?.addEventListener('abort', abort)
  return stop
}
