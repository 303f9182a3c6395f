import type { Actor, LiveBus, LiveItem, Message } from '@threadkeep/core'
import { createThreadkeep, localLiveBus } from '@threadkeep/core'
import { sqliteStore } from '@threadkeep/store-sqlite'
import type { ChatClient, ChatMessage } from './chat-client.ts'
import { allIds, tellListener } from './chat-client.ts'

/** Where one person's chat is kept. */
export interface LocalChatOptions {
  /** A SQLite file. Several programs may use it at a time. */
  readonly path: string
  readonly userId: string
  readonly onError?: (error: unknown) => void
}

/** Chats of this process tell each other. Of other programs on the file nobody tells, so not healthy: look every half second. */
const live: LiveBus = { ...localLiveBus(), healthy: false }

/** Opens one person's chat in a file; makes both where they are missing. */
export async function openLocalChat({ path, userId, onError = console.error }: LocalChatOptions): Promise<ChatClient> {
  const store = await sqliteStore({ path })
  const chat = createThreadkeep({ store, live })
  const actor: Actor = { userId }
  if (!(await chat.users.exists(actor, userId))) await chat.users.create(actor, userId, { name: userId })
  const controller = new AbortController()

  const close = async (): Promise<void> => {
    controller.abort()
    await chat.close()
    await store.close()
  }
  return {
    userId,
    async sendMessage(to, content, { threadId, replyTo } = {}) {
      const id = threadId ?? (await chat.threads.direct(actor, to)).id
      const clientId = crypto.randomUUID()
      const { message } = await chat.messages.append(actor, id, { content, clientId, ...(replyTo && { replyTo }) })
      return toChatMessage(message)
    },
    async getChatHistory({ since, ...query } = {}) {
      const found = await chat.messages.history(actor, { ...query, ...(since && { since: since.getTime() }) })
      return found.map(toChatMessage)
    },
    async addMessageListener(listener) {
      const stop = new AbortController()
      const news = chat.live.viewer(actor, {
        tellStart: true,
        signal: AbortSignal.any([stop.signal, controller.signal]),
      })
      // The start: from here on nothing is missed, also in threads that are yet to be made.
      await news.next()
      void tellListener(saidTo(userId, news), listener, onError)
      return () => stop.abort()
    },
    async listAvailableUsers() {
      return allIds(async (after) => {
        const { items, hasNext, cursor } = await chat.users.discover(actor, { first: 100, ...(after && { after }) })
        return { items, next: hasNext ? cursor(items.length - 1) : undefined }
      })
    },
    async comeOnline() {
      await chat.users.heartbeat(actor)
    },
    async isOnline(other) {
      return (await chat.users.presence(actor, [other]))[0]?.status === 'online'
    },
    async markRead({ threadId, seq }) {
      await chat.messages.markRead(actor, threadId, { seq })
    },
    async readUpTo(threadId, other) {
      const receipts = await chat.messages.receipts(actor, threadId)
      return receipts.find((receipt) => receipt.userId === other)?.readSeq ?? 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function* saidTo(userId: string, news: AsyncIterable<LiveItem>): AsyncGenerator<ChatMessage, void, undefined> {
  for await (const item of news) {
    if (item.type !== 'event' || item.event.type !== 'message.created' || !item.message) continue
    if (item.message.authorId !== userId) yield toChatMessage(item.message)
  }
}

function toChatMessage({ id, threadId, seq, authorId, content, createdAt, replyTo }: Message): ChatMessage {
  return {
    ...{ id, threadId, seq, sender: authorId, timestamp: new Date(createdAt) },
    content: typeof content === 'string' ? content : '',
    ...(replyTo && { replyTo }),
  }
}
