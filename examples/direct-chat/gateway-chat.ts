import type { LiveEvent, Message, Operation } from '@threadkeep/client'
import { ClientError, createClient } from '@threadkeep/client'
import type { ChatClient, ChatMessage } from './chat-client.ts'
import { allIds, tellListener } from './chat-client.ts'

/** Where the gateway is, and who asks. */
export interface GatewayChatOptions {
  readonly url: string
  readonly token: string
  /** As the token names the person. */
  readonly userId: string
  readonly onError?: (error: unknown) => void
}

/** Any operation of the gateway can be run, also those the client has no method for: the profile, made where it is missing. */
const createProfile: Operation<{ readonly createUser: object }, { readonly name: string }> = {
  kind: 'mutation',
  text: 'mutation ($name: String!) { createUser(input: { profile: { name: $name } }) { userErrors { code } } }',
}

/** Whose profile that is. */
const viewer: Operation<{ readonly viewer: { readonly id: string } | null }, object> = {
  kind: 'query',
  text: '{ viewer { id } }',
}

/** Opens one person's chat over a gateway; makes their profile where it is missing, so that others find them. */
export async function openGatewayChat(options: GatewayChatOptions): Promise<ChatClient> {
  const { url, token, userId, onError = console.error } = options
  const client = createClient({ url, token })
  // That there is one already is no failure here.
  await client.run(createProfile, { name: userId })
  const id = (await client.run(viewer, {})).viewer?.id
  if (id !== userId) {
    await client.close()
    throw new ClientError('UNAUTHENTICATED', `The token of ${userId} is one of ${id}.`)
  }
  return {
    userId,
    async sendMessage(to, content, { threadId, replyTo } = {}) {
      const where = threadId === undefined ? { to } : { threadId }
      return toChatMessage((await client.send({ ...where, content, ...(replyTo && { replyTo }) })).message)
    },
    async getChatHistory(query) {
      return (await client.history(query)).map(toChatMessage)
    },
    async addMessageListener(listener) {
      const stop = new AbortController()
      const news = client.listen({ signal: stop.signal })
      // The start: from here on nothing is missed, also in threads that are yet to be made.
      await news.next()
      void tellListener(saidTo(userId, news), listener, onError)
      return () => stop.abort()
    },
    async listAvailableUsers() {
      return allIds(async (after) => {
        const { items, hasNext, next } = await client.users({ first: 100, ...(after && { after }) })
        return { items, next: hasNext ? next : undefined }
      })
    },
    async comeOnline() {
      await client.heartbeat()
    },
    async isOnline(other) {
      return (await client.presence([other]))[0]?.status === 'ONLINE'
    },
    async markRead({ threadId, seq }) {
      await client.markRead(threadId, seq)
    },
    async readUpTo(threadId, other) {
      const receipts = await client.receipts(threadId)
      return receipts.find((receipt) => receipt.userId === other)?.readSeq ?? 0
    },
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

async function* saidTo(userId: string, news: AsyncIterable<LiveEvent>): AsyncGenerator<ChatMessage, void, undefined> {
  for await (const event of news) {
    if (event.__typename !== 'MessageEvent' || event.messageChange !== 'CREATED' || !event.message) continue
    if (event.message.authorId !== userId) yield toChatMessage(event.message)
  }
}

function toChatMessage({ id, threadId, seq, authorId, content, createdAt, replyTo }: Message): ChatMessage {
  return {
    ...{ id, threadId, seq, sender: authorId, timestamp: new Date(createdAt) },
    content: content ?? '',
    ...(replyTo && { replyTo }),
  }
}
