import type { AnsweredError } from './client-error.ts'
import { ClientError, fromAnswer } from './client-error.ts'
import type {
  LiveEvent,
  Message,
  MessagesVariables,
  Presence,
  PresenceStatus,
  Receipt,
  Role,
  Thread,
  User,
} from './generated.ts'
import * as operations from './generated.ts'
import { closed, createHttpLink } from './http-link.ts'
import { createLiveLink } from './live-link.ts'
import type { JsonObject, Operation } from './operation.ts'

/** How a client is made. */
export interface ClientOptions {
  /** Where the gateway is: `http://localhost:4000`. */
  readonly url: string
  /** A token, or what gets a fresh one: asked before every request and every connection. */
  readonly token: string | (() => string | Promise<string>)
  readonly fetch?: typeof fetch
  /** A WebSocket class, where there is no global one. */
  readonly webSocket?: unknown
  /** How often a call that may be repeated is attempted. Default 5. */
  readonly attempts?: number
  /** Milliseconds that one attempt may take. Default 15,000. */
  readonly timeout?: number
  /** Milliseconds between looks whether a quiet connection still stands. Default 20,000. */
  readonly keepAlive?: number
}

/** What to say, and to whom: a person, or a thread. */
export type Outgoing = ({ readonly to: string } | { readonly threadId: string }) & {
  /** The text. Other kinds than `message` may do without. */
  readonly content?: string
  /** Instead of the text: parts in order. */
  readonly parts?: readonly JsonObject[]
  /** Default: `message`. */
  readonly kind?: string
  /** What an item that is more than text carries. */
  readonly data?: JsonObject
  /** Default: a new one is made. */
  readonly id?: string
  /** Default: `USER`. Others need the rights of an editor. */
  readonly role?: Role
  /** Default: the caller. Another author needs the rights of an editor. */
  readonly authorId?: string
  readonly replyTo?: string
  readonly metadata?: JsonObject
  readonly attachmentIds?: readonly string[]
  /** Seconds until it is gone. */
  readonly ttl?: number
  /** Default: a new one. Sending again with the same id, also after a restart, says it once. */
  readonly clientId?: string
}

/** What became of it. */
export interface Sent {
  readonly message: Message
  /** Whether it had been sent before. */
  readonly deduplicated: boolean
  /** `listen({ threadId, after: cursor })` goes on right after it. */
  readonly cursor: string
}

/** A stretch of a list. */
export interface ClientPage<T> {
  readonly items: readonly T[]
  readonly hasNext: boolean
  /** Pass it as `after`. */
  readonly next: string | undefined
}

/** What to listen to. */
export interface ListenOptions {
  /** Default: all threads of the caller. */
  readonly threadId?: string
  /** The cursor of an earlier event or of something sent. Default: from now on. */
  readonly after?: string
  readonly signal?: AbortSignal
}

/** Conversations over a gateway. After `close` every call rejects with `CLOSED`. */
export interface Client extends AsyncDisposable {
  /** Kept exactly once when it answers, however often the connection failed meanwhile. */
  send(outgoing: Outgoing): Promise<Sent>
  /** The newest messages, oldest first: of everything, of the thread with one person, or by one person. */
  history(query?: {
    readonly withUser?: string
    readonly senderId?: string
    readonly since?: Date
    readonly limit?: number
  }): Promise<readonly Message[]>
  /** The one thread of the caller and somebody else, made when there is none. */
  direct(userId: string): Promise<Thread>
  threads(page?: { readonly first?: number; readonly after?: string }): Promise<ClientPage<Thread>>
  /** The messages of a thread, oldest first; `last: 50` is the newest page, `filter` says which. */
  messages(threadId: string, page?: Omit<MessagesVariables, 'threadId'>): Promise<ClientPage<Message>>
  /**
   * What happens from now on, or from a cursor on: in order, without gap or duplicate, across lost connections. From now on begins at the
   * `StartEvent`, which comes first.
   */
  listen(options?: ListenOptions): AsyncGenerator<LiveEvent, void, undefined>
  /** Right after everything that has happened in a thread: `listen` from there misses nothing. */
  cursor(threadId: string): Promise<string>
  /** Whom the caller can talk to. */
  users(query?: {
    readonly prefix?: string
    readonly presence?: PresenceStatus
    readonly first?: number
    readonly after?: string
  }): Promise<ClientPage<User>>
  presence(userIds: readonly string[]): Promise<readonly Presence[]>
  /** Says "here I am"; repeat within 60 s to stay online. */
  heartbeat(status?: 'ONLINE' | 'AWAY'): Promise<Presence>
  /** Forward only. Private: nobody else sees it. */
  markRead(threadId: string, seq: number, options?: { readonly private?: boolean }): Promise<Receipt>
  markDelivered(threadId: string, seq: number): Promise<Receipt>
  receipts(threadId: string): Promise<readonly Receipt[]>
  /** Tells the others; nothing is kept. */
  typing(threadId: string, typing?: boolean): Promise<void>
  /** Any other operation of the gateway. Queries are repeated when they fail in passing, mutations are not. */
  run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data>
  /** Ends all listening and all calls. May be called again. */
  close(): Promise<void>
}

/** A client of one gateway for one person. Nothing is sent before the first call. */
export function createClient(options: ClientOptions): Client {
  const { url, webSocket = globalThis.WebSocket } = options
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ClientError('MISCONFIGURED', 'The url of a gateway reads http://localhost:4000.')
  const controller = new AbortController()
  const closing = controller.signal
  const token = typeof options.token === 'function' ? options.token : () => options.token as string
  const http = createHttpLink({
    url: new URL('/graphql', url).href,
    fetch: options.fetch ?? globalThis.fetch,
    attempts: options.attempts ?? 5,
    timeout: options.timeout ?? 15_000,
    ...{ token, closing },
  })
  const live = createLiveLink({
    url: new URL('/graphql', url).href.replace(/^http/, 'ws'),
    keepAlive: options.keepAlive ?? 20_000,
    ...{ token, webSocket, closing },
  })
  const repeatable = { repeatable: true }
  const directs = new Map<string, Promise<Thread>>()

  async function direct(userId: string): Promise<Thread> {
    const { startDirectThread } = await http.run(
      operations.startDirectThreadOperation,
      { input: { userId } },
      repeatable,
    )
    return done(startDirectThread).thread!
  }

  /** The direct thread, asked for once; a failure is forgotten. */
  function directOf(userId: string): Promise<Thread> {
    const known = directs.get(userId)
    if (known) return known
    const thread = direct(userId)
    directs.set(userId, thread)
    thread.catch(() => directs.delete(userId))
    return thread
  }

  async function cursor(threadId: string): Promise<string> {
    return (await http.run(operations.positionOperation, { threadId })).thread!.cursor
  }

  const close = async (): Promise<void> => {
    controller.abort()
    await live.close()
  }

  return {
    direct,
    cursor,
    close,
    [Symbol.asyncDispose]: close,
    run: (operation, variables) => http.run(operation, variables),
    async send({ clientId = crypto.randomUUID(), ...outgoing }) {
      const { to, ...rest } = outgoing as { readonly to?: string } & typeof outgoing
      const threadId = to === undefined ? (outgoing as { readonly threadId: string }).threadId : (await directOf(to)).id
      const input = { ...rest, threadId, clientId }
      const { sendMessage } = await http.run(operations.sendMessageOperation, { input }, repeatable)
      const { message, deduplicated, cursor } = done(sendMessage)
      return { message: message!, deduplicated: deduplicated!, cursor: cursor! }
    },
    async history({ since, ...query } = {}) {
      const variables = { ...query, ...(since && { since: since.toISOString() }) }
      return (await http.run(operations.historyOperation, variables)).history
    },
    async threads(page = {}) {
      return pageOf((await http.run(operations.threadsOperation, page)).threads)
    },
    async messages(threadId, page = {}) {
      return pageOf((await http.run(operations.messagesOperation, { ...page, threadId })).thread!.messages)
    },
    async *listen({ threadId, after, signal } = {}) {
      if (closing.aborted) throw closed()
      yield* threadId === undefined
        ? live.follow({ operation: operations.viewerEventsOperation, variables: {}, after, signal })
        : live.follow({ operation: operations.threadEventsOperation, variables: { threadId }, after, signal })
    },
    async users(query = {}) {
      return pageOf((await http.run(operations.usersOperation, query)).users)
    },
    async presence(userIds) {
      return (await http.run(operations.presencesOperation, { userIds })).presence
    },
    async heartbeat(status = 'ONLINE') {
      return done((await http.run(operations.heartbeatOperation, { input: { status } }, repeatable)).heartbeat)
        .presence!
    },
    async markRead(threadId, seq, { private: hidden } = {}) {
      const input = { threadId, seq, private: hidden }
      return done((await http.run(operations.markReadOperation, { input }, repeatable)).markRead).receipt!
    },
    async markDelivered(threadId, seq) {
      const input = { threadId, seq }
      return done((await http.run(operations.markDeliveredOperation, { input }, repeatable)).markDelivered).receipt!
    },
    async receipts(threadId) {
      return (await http.run(operations.receiptsOperation, { threadId })).thread!.receipts
    },
    async typing(threadId, typing = true) {
      done((await http.run(operations.setTypingOperation, { input: { threadId, typing } }, repeatable)).setTyping)
    },
  }
}

/** The answer of a mutation that was done; its expected failure is thrown like any other. */
function done<T extends { readonly userErrors: readonly { readonly code: string; readonly message: string }[] }>(
  payload: T,
): T {
  if (payload.userErrors.length === 0) return payload
  throw fromAnswer(payload.userErrors.map(({ code, message }): AnsweredError => ({ message, extensions: { code } })))
}

function pageOf<T>(connection: {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
}): ClientPage<T> {
  const { nodes, pageInfo } = connection
  return { items: nodes, hasNext: pageInfo.hasNextPage, next: pageInfo.endCursor ?? undefined }
}
