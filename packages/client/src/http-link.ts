import { backOff } from './backoff.ts'
import type { AnsweredError } from './client-error.ts'
import { ClientError, fromAnswer, isClientError } from './client-error.ts'
import type { Operation } from './operation.ts'

/** What reaches the gateway over HTTP. */
export interface HttpLinkOptions {
  readonly url: string
  readonly token: () => string | Promise<string>
  readonly fetch: typeof fetch
  /** So many attempts in all. */
  readonly attempts: number
  /** Milliseconds for one attempt. */
  readonly timeout: number
  readonly closing: AbortSignal
}

/** Runs operations, each as often as it takes where repeating it changes nothing. */
export interface HttpLink {
  run<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: { readonly repeatable?: boolean },
  ): Promise<Data>
}

/** Runs queries and mutations by POST. Queries are repeated when they fail in passing; mutations only where the caller says so. */
export function createHttpLink(options: HttpLinkOptions): HttpLink {
  const { url, token, fetch: send, attempts, timeout, closing } = options

  async function attempt<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    let status: number
    let body: { readonly data?: Data | null; readonly errors?: readonly AnsweredError[] } | null
    // Whatever stands between may have given up on a change that the gateway has made.
    const maybeCommitted = operation.kind === 'mutation'
    try {
      const response = await send(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await token()}`,
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
        },
        body: JSON.stringify({ query: operation.text, variables }),
        signal: AbortSignal.any([closing, AbortSignal.timeout(timeout)]),
      })
      status = response.status
      body = (await response.json()) as typeof body
    } catch (cause) {
      throw new ClientError('UNAVAILABLE', `${url} cannot be reached, or did not answer in time.`, {
        maybeCommitted,
        cause,
      })
    }
    if (body?.errors) throw fromAnswer(body.errors)
    if (!body?.data) throw new ClientError('UNAVAILABLE', `${url} answered ${status} without data.`, { maybeCommitted })
    return body.data
  }

  return {
    async run(operation, variables, { repeatable = operation.kind === 'query' } = {}) {
      for (let tries = 1; ; tries++) {
        if (closing.aborted) throw closed()
        try {
          return await attempt(operation, variables)
        } catch (error) {
          if (closing.aborted) throw closed()
          if (!repeatable || tries >= attempts || !isClientError(error) || !error.retryable) throw error
          await backOff(tries, error.retryAfter, closing)
        }
      }
    },
  }
}

/** What calls after `close` get. */
export function closed(): ClientError {
  return new ClientError('CLOSED', 'This client has been closed.', { retryable: false })
}
