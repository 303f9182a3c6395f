import { isThreadkeepError } from '@threadkeep/core/store'
import type { ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { createSourceEventStream } from 'graphql'
import { createContext } from '../pipeline/context.ts'
import type { OperationRequest, Pipeline } from '../pipeline/pipeline.ts'
import { createSharedAnswers } from './shared-answers.ts'

/** Where the answers of one subscription go. */
export interface Sink {
  /** Takes a result as JSON. A promise: wait before giving more, the consumer is behind. */
  next(text: string): void | Promise<void>
  /** The subscription has ended and will not give more. */
  complete(): void
  fail(errors: readonly GraphQLFormattedError[]): void
}

/** Runs an admitted subscription into a sink until it ends, fails, or `signal` aborts. Never rejects. */
export type RunSubscription = (request: OperationRequest, sink: Sink, signal: AbortSignal) => Promise<void>

/** Runs subscriptions for WebSocket and SSE alike: each answer is made once for all who would get the same. */
export function createRunSubscription(schema: GraphQLSchema, pipeline: Pipeline): RunSubscription {
  const answers = createSharedAnswers(schema)

  return async (request, sink, signal) => {
    const { operation, variables, caller, requestId } = request
    let cursor: string | undefined
    try {
      const spent = await pipeline.admit(request)
      if ('errors' in spent) return sink.fail(spent.errors)
      const { context } = createContext(caller, requestId, spent, operation.asksFor)
      const source = await createSourceEventStream({
        schema,
        document: operation.document,
        operationName: operation.name || undefined,
        variableValues: variables,
        contextValue: context,
      })
      if (!isAsyncIterable(source)) return sink.fail(pipeline.answer(source as ExecutionResult, requestId).errors ?? [])
      const items = source as AsyncIterableIterator<object & { readonly cursor: string }>
      const stop = (): void => void items.return?.()
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      const group = answers.groupOf(request)
      // A context for each answer, since what its loaders know must not outlive the event.
      const make = (item: object): string | Promise<string> => {
        const { context: own } = createContext(caller, requestId, spent, operation.asksFor)
        const result = operation.run(item, own, variables)
        return result instanceof Promise ? result.then(textOf) : textOf(result)
      }
      const textOf = (result: ExecutionResult): string => JSON.stringify(pipeline.answer(result, requestId))
      try {
        for await (const item of items) {
          const text = answers.textOf(item, group, () => make(item))
          const waiting = sink.next(typeof text === 'string' ? text : await text)
          cursor = item.cursor
          if (waiting) await waiting
        }
      } finally {
        signal.removeEventListener('abort', stop)
      }
      sink.complete()
    } catch (error) {
      const errors = pipeline.refuse(error, requestId)
      // The way back for a consumer that was too slow: everything before this cursor has reached it.
      const slow = isThreadkeepError(error, 'SLOW_CONSUMER') && cursor !== undefined
      sink.fail(slow ? errors.map((one) => ({ ...one, extensions: { ...one.extensions, cursor } })) : errors)
    }
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
