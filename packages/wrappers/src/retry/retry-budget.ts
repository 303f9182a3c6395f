/** Limits how much extra load retries may cause, so that they never finish off a store that is already struggling. */
export interface RetryBudget {
  /** Takes one retry; false when there is none left. */
  spend(): boolean
  /** A call succeeded, which earns a part of a retry. */
  earn(): void
}

/** A full budget of `size` retries; each success earns `refill` of one back. */
export function createRetryBudget(size: number, refill: number): RetryBudget {
  let tokens = size
  return {
    spend() {
      if (tokens < 1) return false
      tokens--
      return true
    },
    earn() {
      tokens = Math.min(size, tokens + refill)
    },
  }
}
