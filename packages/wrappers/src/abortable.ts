import { ThreadkeepError } from '@threadkeep/core/store'

/** The answer of work that goes on for others: this caller alone gives up when its signal aborts. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise<T>((resolve, reject) => {
    const abort = () =>
      reject(new ThreadkeepError('ABORTED', 'The call was aborted while it waited.', { cause: signal.reason }))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    const release = () => signal.removeEventListener('abort', abort)
    work.then(resolve, reject).finally(release)
  })
}
