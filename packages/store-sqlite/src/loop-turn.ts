/** What is known of the current turn of the event loop. A turn counts from when somebody first asks. */
export interface LoopTurn {
  /** Whether the turn has lasted longer than the budget: what comes now should let the loop go around first. */
  isSpent(): boolean
  /** Whether more than one callback of the loop has asked in this turn, each with the promises that it resolved. */
  isShared(): boolean
}

/**
 * Watches the event loop for work that answers without leaving it: a flow of such work, each piece awaiting the one before, would
 * let no timer, no socket and no other work through.
 */
export function loopTurn(budget: number): LoopTurn {
  let start: number | undefined
  let shared = false
  const end = (): void => {
    start = undefined
  }
  const endFlow = (): void => {
    shared = true
  }
  const begin = (): number => {
    start = performance.now()
    shared = false
    setImmediate(end).unref()
    // Runs when the promises of this callback have been dealt with.
    process.nextTick(endFlow)
    return start
  }
  return {
    isSpent: () => performance.now() - (start ?? begin()) >= budget,
    isShared: () => start !== undefined && shared,
  }
}
