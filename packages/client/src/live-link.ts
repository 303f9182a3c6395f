import { createClient as createSocketClient } from 'graphql-ws/client'
import { backOff } from './backoff.ts'
import type { AnsweredError } from './client-error.ts'
import { ClientError, fromAnswer, isClientError } from './client-error.ts'
import type { LiveEvent } from './generated.ts'
import type { Operation } from './operation.ts'

/** What reaches the gateway over WebSocket. */
export interface LiveLinkOptions {
  readonly url: string
  readonly token: () => string | Promise<string>
  readonly webSocket: unknown
  readonly closing: AbortSignal
  /** Milliseconds between looks whether the other end is still there. */
  readonly keepAlive: number
}

/** A subscription and where it goes on. */
export interface Subscription {
  /** Asks for what follows `after`. */
  readonly operation: Operation<unknown, never>
  readonly variables: Readonly<Record<string, unknown>>
  readonly after: string | undefined
  readonly signal: AbortSignal | undefined
}

/** Follows subscriptions across connections. */
export interface LiveLink {
  /** Events in order, without gap or duplicate however often the connection breaks. Ends when the gateway or the signal ends it. */
  follow(subscription: Subscription): AsyncGenerator<LiveEvent, void, undefined>
  close(): Promise<void>
}

const unauthorized = 4401

/** Subscribes over one socket that is there while somebody listens. */
export function createLiveLink({ url, token, webSocket, closing, keepAlive }: LiveLinkOptions): LiveLink {
  let silence: ReturnType<typeof setTimeout> | undefined
  const heard = (): void => clearTimeout(silence)
  const expectWithin = (millis: number): void => {
    heard()
    // A close that waits for an answer would wait for the same silence.
    silence = setTimeout(() => client.terminate(), millis)
  }
  const client = createSocketClient({
    url,
    webSocketImpl: webSocket,
    connectionParams: async () => ({ token: await token() }),
    // Its own retries would ask for the old position again.
    retryAttempts: 0,
    keepAlive,
    on: {
      connecting: () => expectWithin(keepAlive),
      connected: heard,
      ping: (received) => {
        if (!received) expectWithin(keepAlive / 2)
      },
      pong: heard,
      closed: heard,
    },
  })

  async function* follow(subscription: Subscription): AsyncGenerator<LiveEvent, void, undefined> {
    const { operation, variables, signal = closing } = subscription
    const stop = AbortSignal.any([signal, closing])
    let { after } = subscription
    for (let failures = 0; !stop.aborted; failures++) {
      const results = client.iterate<Record<string, LiveEvent>>({
        query: operation.text,
        variables: { ...variables, after },
      })
      const end = (): void => void results.return?.()
      stop.addEventListener('abort', end)
      try {
        for await (const { data, errors } of results) {
          if (errors) throw fromAnswer(errors)
          const [event] = Object.values(data ?? {})
          if (!event) continue
          failures = 0
          after = event.cursor
          yield event
        }
        return
      } catch (error) {
        const reason = reasonOf(error)
        if (stop.aborted) return
        if (!reason.retryable) throw reason
        await backOff(failures, reason.retryAfter, stop)
      } finally {
        stop.removeEventListener('abort', end)
        end()
      }
    }
  }

  return {
    follow,
    close: async () => {
      heard()
      await client.dispose()
    },
  }
}

/** What ended a subscription: errors of the operation, a close of the socket, or a failure to connect. */
function reasonOf(error: unknown): ClientError {
  if (isClientError(error)) return error
  if (Array.isArray(error)) return fromAnswer(error as readonly AnsweredError[])
  const { code } = error as { readonly code?: unknown }
  if (code === unauthorized) return new ClientError('UNAUTHENTICATED', 'The gateway does not accept the token.')
  return new ClientError('UNAVAILABLE', 'The connection to the gateway was lost.', { cause: error })
}
