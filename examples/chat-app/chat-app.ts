import type { Clock, Store } from '@threadkeep/core'
import { assertName, collection, createIds, memoryStore, systemClock } from '@threadkeep/core'
import type { KeyMaterial, Logger } from '@threadkeep/wrappers'
import { createStatistics } from '@threadkeep/wrappers'
import type { ChatMessage } from './chat-message.ts'
import { chatMessage, encodeMessage } from './chat-message.ts'
import { chatStore } from './chat-store.ts'

/** How a chat is set up. */
export interface ChatAppOptions {
  /** Where messages are kept. The chat closes it. Default: memory. */
  readonly store?: Store
  /** Encrypts messages with this key, see `generateKey`. */
  readonly key?: KeyMaterial | undefined
  /** Gets a line for every operation. Default: none. */
  readonly logger?: Logger
  readonly clock?: Clock
}

/** What has been done so far. */
export interface ChatStatistics {
  readonly totalPuts: number
  readonly totalGets: number
  readonly totalDeletes: number
  readonly hits: number
  readonly misses: number
  readonly hitRatePercent: number
}

/** Messages by conversation. Conversations know nothing of each other. */
export interface ChatApp extends AsyncDisposable {
  /** Answers the id of the new message. `ttl`: seconds until it is gone, a day at most. */
  sendMessage(conversation: string, sender: string, content: string, options?: { ttl?: number }): Promise<string>
  getMessage(conversation: string, id: string): Promise<ChatMessage | undefined>
  /** The newest messages, oldest first. */
  history(conversation: string, limit?: number): Promise<readonly (ChatMessage & { readonly id: string })[]>
  /** Whether there was one to delete. */
  deleteMessage(conversation: string, id: string): Promise<boolean>
  getStatistics(): ChatStatistics
  /** All counts for Prometheus. */
  prometheus(): string
  close(): Promise<void>
}

/** A chat over any store. */
export function createChatApp(options: ChatAppOptions = {}): ChatApp {
  const { clock = systemClock, key, logger } = options
  const statistics = createStatistics()
  const base = options.store ?? memoryStore({ clock })
  const store = chatStore(base, { statistics, key, logger, clock })
  const ids = createIds(risingClock(clock))

  const messages = (conversation: string) => {
    assertName(conversation, 'collection')
    return collection(store, `conversation:${conversation}`, { schema: chatMessage, encode: encodeMessage, clock })
  }
  const close = () => store.close()

  return {
    async sendMessage(conversation, sender, content, { ttl } = {}) {
      const id = ids.next('msg')
      const timestamp = new Date(clock.now())
      await messages(conversation).put(id, { sender, content, timestamp }, ttl === undefined ? {} : { ttl })
      return id
    },
    getMessage: async (conversation, id) => messages(conversation).get(id),
    async history(conversation, limit = 50) {
      const { items } = await messages(conversation).page({ reverse: true, limit })
      return items.map(({ key: id, value }) => ({ id, ...value })).reverse()
    },
    deleteMessage: async (conversation, id) => messages(conversation).delete(id),
    getStatistics() {
      const {
        puts = 0,
        gets = 0,
        deletes = 0,
        hits = 0,
        misses = 0,
        hitRatePercent = 0,
      } = statistics.snapshot()['messages'] ?? {}
      return { totalPuts: puts, totalGets: gets, totalDeletes: deletes, hits, misses, hitRatePercent }
    },
    prometheus: () => statistics.prometheus(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A clock that never says the same time twice, so that ids keep the order in which messages were sent. */
function risingClock(clock: Clock): Clock {
  let last = -Infinity
  return {
    now() {
      last = Math.max(last + 1, clock.now())
      return last
    },
  }
}
