import { isThreadkeepError } from '../errors/threadkeep-error.ts'
import type { CallOptions } from './call-options.ts'
import { isSweepable } from './forward.ts'
import type { Store } from './types.ts'

/** How to sweep. */
export interface SweepOptions extends CallOptions {
  /** Records removed in one call of the store, between which others have their turn. Default 1,000. */
  readonly batch?: number
}

/** How to sweep again and again. */
export interface SweepEveryOptions extends SweepOptions {
  /** What is done about an error; sweeping goes on. Default: a process warning. */
  readonly onError?: (error: unknown) => void
}

/** Removes all expired records and answers how many. Stores that free them by themselves need none of this: it answers 0. */
export async function sweep(store: Store, options: SweepOptions = {}): Promise<number> {
  if (!isSweepable(store)) return 0
  const { batch = 1_000, ...call } = options
  for (let total = 0; ; ) {
    const count = await store.sweep(batch, call)
    total += count
    if (count < batch) return total
  }
}

/**
 * Sweeps now and then `millis` after each sweep, until it is closed or the store is. Never keeps the process alive. `close`
 * waits for a sweep under way, so that the store may be closed next.
 */
export function sweepEvery(
  store: Store,
  millis: number,
  options: SweepEveryOptions = {},
): AsyncDisposable & { close(): Promise<void> } {
  const { onError = (error) => process.emitWarning(error as Error), ...sweeping } = options
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let running = Promise.resolve()

  async function round(): Promise<void> {
    try {
      await sweep(store, sweeping)
    } catch (error) {
      if (isThreadkeepError(error, 'CLOSED') || isThreadkeepError(error, 'ABORTED')) closed = true
      else onError(error)
    }
    if (!closed) timer = setTimeout(start, millis).unref()
  }

  function start(): void {
    running = round()
  }

  async function close(): Promise<void> {
    closed = true
    clearTimeout(timer)
    await running
  }

  start()
  return { close, [Symbol.asyncDispose]: close }
}
