/** A message between two people. */
export interface ChatMessage {
  readonly id: string
  readonly threadId: string
  readonly seq: number
  readonly sender: string
  readonly content: string
  readonly timestamp: Date
  readonly replyTo?: string
}

/** One person's chat, wherever it is kept. */
export interface ChatClient extends AsyncDisposable {
  readonly userId: string
  /** Kept when it answers; in the direct thread of the two, or in another thread of theirs. */
  sendMessage(
    to: string,
    content: string,
    options?: { readonly threadId?: string; readonly replyTo?: string },
  ): Promise<ChatMessage>
  /** The newest messages, oldest first. */
  getChatHistory(query?: {
    readonly withUser?: string
    readonly since?: Date
    readonly limit?: number
  }): Promise<readonly ChatMessage[]>
  /**
   * Calls `listener` for everything that anybody says to this person once this has answered, in order. A listener that throws hears
   * the next message all the same. Call the answer to stop.
   */
  addMessageListener(listener: (message: ChatMessage) => void | Promise<void>): Promise<() => void>
  /** Everyone this person can talk to. */
  listAvailableUsers(): Promise<readonly string[]>
  /** Says that this person is here. */
  comeOnline(): Promise<void>
  isOnline(userId: string): Promise<boolean>
  /** Tells the sender that this and everything before it was read. */
  markRead(message: ChatMessage): Promise<void>
  /** How far `userId` has read in a thread. */
  readUpTo(threadId: string, userId: string): Promise<number>
  close(): Promise<void>
}

/** Tells a listener of messages until the signal ends it; what goes wrong goes to `onError`. */
export async function tellListener(
  messages: AsyncIterable<ChatMessage>,
  listener: (message: ChatMessage) => void | Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    for await (const message of messages) {
      try {
        await listener(message)
      } catch (error) {
        onError(error)
      }
    }
  } catch (error) {
    onError(error)
  }
}

/** The ids of a list that comes in pages, all of them. */
export async function allIds(
  page: (
    after: string | undefined,
  ) => Promise<{ readonly items: readonly { readonly id: string }[]; readonly next: string | undefined }>,
): Promise<readonly string[]> {
  const ids: string[] = []
  let after: string | undefined
  do {
    const { items, next } = await page(after)
    ids.push(...items.map(({ id }) => id))
    after = next
  } while (after !== undefined)
  return ids
}
