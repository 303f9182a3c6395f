import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Keeps reads from starving the event loop: they answer without leaving it, so a loop that awaits one after another would let no
 * timer, no socket and no commit through. Answers a promise to wait for when reads have had `budget` milliseconds of this turn.
 */
export function fairTurns(budget: number): () => Promise<void> | undefined {
  let start: number | undefined
  const endTurn = (): void => {
    start = undefined
  }
  return () => {
    if (start === undefined) {
      start = performance.now()
      setImmediate(endTurn).unref()
      return undefined
    }
    return performance.now() - start < budget ? undefined : nextTurn()
  }
}
