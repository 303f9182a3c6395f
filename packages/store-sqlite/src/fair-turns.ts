/**
 * Keeps reads from starving the event loop: they answer without I/O, so a loop that awaits one after another would let no timer,
 * no socket and no commit through. Answers a promise to wait for once reads have had `budget` milliseconds of the current turn.
 */
export function fairTurns(budget: number): () => Promise<void> | undefined {
  let turnStart: number | undefined
  const turn = (): void => {
    turnStart = undefined
  }
  return () => {
    if (turnStart === undefined) {
      turnStart = performance.now()
      setImmediate(turn).unref()
      return undefined
    }
    return performance.now() - turnStart < budget ? undefined : new Promise((resolve) => setImmediate(resolve))
  }
}
