/** What is known of one message from the answers that its writers got. */
export interface Expected {
  readonly threadId: string
  readonly clientId: string
  readonly content: string
  readonly authorId: string
  /** Set by the first acknowledgement. */
  id?: string
  seq?: number
  /** A removal was acknowledged: it must be gone. */
  removed: boolean
  /** A change may or may not have happened: it may be there or gone. */
  uncertain: boolean
  readonly ttl: number | undefined
  /** As acknowledged: the life begins when the message is written. */
  expiresAt?: number
}

/** Everything that was asked for. */
export interface Ledger {
  readonly messages: Expected[]
  acknowledged(threadId: string): readonly Expected[]
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const messages: Expected[] = []
  return {
    messages,
    acknowledged: (threadId) => messages.filter((one) => one.threadId === threadId && one.id !== undefined),
  }
}
