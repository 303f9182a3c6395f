import { setTimeout as sleep } from 'node:timers/promises'
import type { Parsed } from '@threadkeep/gateway/harness'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Person, Reachable } from './person.ts'

/** A subscriber, and everything that it was told. */
export interface Listener {
  /** The events about messages, as they came. */
  readonly heard: readonly Heard[]
  /** Events of which it was told that they are no longer kept. */
  readonly gaps: number
  /** How often it had to go on elsewhere. */
  readonly resumed: number
  stop(): Promise<void>
}

/** A message that was told of. */
export interface Heard {
  readonly threadId: string
  readonly eventSeq: number
  readonly seq: number
}

const event = `__typename cursor threadId ... on MessageEvent { change eventSeq message { seq } }`
const ofThread = `subscription ($threadId: ID!, $after: Cursor) { threadEvents(threadId: $threadId, after: $after) { ${event} } }`
const ofViewer = `subscription ($after: Cursor) { viewerEvents(after: $after) { ${event} } }`

/** Where a thread stands: right after everything that has happened in it. */
export async function cursorOf(person: Person, threadId: string): Promise<string> {
  return (await person.insist(0, 'query ($id: ID!) { thread(id: $id) { cursor } }', { id: threadId })).thread.cursor
}

/** Tells errors to whoever asks for them, and to nobody when it is closed while it connects. */
class Socket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args)
    this.on('error', () => {})
  }
}

/**
 * Listens to a thread after a cursor, or to all threads of the person. Whenever the connection ends it goes on at the other gateway, after
 * the last event it has seen.
 */
export async function listen(
  { token }: Person,
  gateways: readonly Reachable[],
  first: number,
  what: { readonly threadId: string; readonly after: string } | 'all threads',
): Promise<Listener> {
  const heard: Heard[] = []
  const query = what === 'all threads' ? ofViewer : ofThread
  const threadId = what === 'all threads' ? undefined : what.threadId
  let after = what === 'all threads' ? undefined : what.after
  let [gaps, resumed, stopped] = [0, 0, false]
  let client: ReturnType<typeof createClient> | undefined
  const opened = Promise.withResolvers<void>()

  async function follow(gateway: Reachable): Promise<void> {
    client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Socket,
      connectionParams: { token },
      retryAttempts: 0,
      keepAlive: 2_000,
      on: { connected: () => opened.resolve() },
    })
    for await (const { data, errors } of client.iterate<Record<string, Parsed>>({
      query,
      variables: { threadId, after },
    })) {
      if (errors) throw new Error(JSON.stringify(errors))
      const [told] = Object.values(data ?? {}) as Parsed[]
      after = told.cursor
      if (told.__typename === 'GapEvent') gaps++
      if (told.__typename === 'MessageEvent' && told.change === 'CREATED')
        heard.push({ threadId: told.threadId, eventSeq: told.eventSeq, seq: told.message.seq })
    }
  }

  const running = (async () => {
    for (let at = first; !stopped; at++) {
      await follow(gateways[at % gateways.length]!).catch(() => {})
      await client?.dispose()
      if (stopped) return
      resumed++
      await sleep(50)
    }
  })()
  await opened.promise
  return {
    heard,
    get gaps() {
      return gaps
    },
    get resumed() {
      return resumed
    },
    async stop() {
      stopped = true
      client?.terminate()
      await client?.dispose()
      await running
    },
  }
}
