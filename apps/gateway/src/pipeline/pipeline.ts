import type { RateLimiter, RateVerdict } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { ExecutionResult, FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { GraphQLError } from 'graphql'
import type { AnswerErrors } from './answer-errors.ts'
import type { Caller, RequestContext } from './context.ts'
import { createContext } from './context.ts'
import type { DocumentLimits } from './document-limits.ts'
import type { Variables } from './operation-cost.ts'
import type { Operation, OperationParams } from './prepare-operation.ts'
import { createPrepare } from './prepare-operation.ts'
import { createWithin } from './within.ts'

/** How a pipeline is made. */
export interface PipelineOptions {
  readonly schema: GraphQLSchema
  readonly answerErrors: AnswerErrors
  readonly documentLimits: DocumentLimits
  readonly introspection: boolean
  /** Where given, no other documents are run. */
  readonly registered?: readonly string[] | undefined
  /** What one operation may cost at most. */
  readonly maxCost: number
  /** Milliseconds that a query or mutation may take. */
  readonly deadline: number
  /** Absent: no rate limit. */
  readonly rateLimiter: RateLimiter | undefined
  readonly clock: Clock
  /** Hears of every query and mutation that was run, and how many seconds it took. */
  readonly onOperation: (kind: string, seconds: number) => void
}

/** What came from a client, from whichever transport. */
export interface OperationRequest {
  readonly operation: Operation
  readonly variables: Variables | undefined
  readonly caller: Caller
  readonly requestId: string
}

/** Whose points are taken. */
type Payer = Pick<Caller, 'tenant' | 'actor'>

/** The one way in for HTTP, WebSocket and SSE: the same documents are refused, the same limits hold, the same errors are told. */
export interface Pipeline {
  /** Parses, bounds and validates; no resolver runs. */
  prepare(params: OperationParams, requestId: string): Operation | { readonly errors: readonly GraphQLFormattedError[] }
  /** Charges an operation to its user, or says why not. */
  admit(
    request: OperationRequest,
  ): Promise<RequestContext['spent'] | { readonly errors: readonly GraphQLFormattedError[] }>
  /** Takes the points of what is no operation, a file for example. `RATE_LIMITED` when they are not there. */
  charge(payer: Payer, cost: number, requestId: string): Promise<RateVerdict | undefined>
  /** Runs an admitted query or mutation within the deadline. Never rejects. */
  execute(request: OperationRequest, spent: RequestContext['spent']): Promise<FormattedExecutionResult>
  /** Turns any error into what the client sees. */
  refuse(error: unknown, requestId: string): readonly GraphQLFormattedError[]
  /** What a client sees of a result. */
  answer(result: ExecutionResult, requestId: string): FormattedExecutionResult
}

/** The pipeline of a gateway. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { schema, answerErrors, maxCost, deadline, rateLimiter, clock, onOperation } = options
  const prepareDocument = createPrepare(schema, {
    limits: options.documentLimits,
    introspection: options.introspection,
    registered: options.registered,
  })

  const within = createWithin(deadline)

  function refuse(error: unknown, requestId: string): readonly GraphQLFormattedError[] {
    const known = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error })
    return answerErrors([known], requestId)
  }

  function answer(result: ExecutionResult, requestId: string, kind?: Operation['kind']): FormattedExecutionResult {
    if (!result.errors) return result as FormattedExecutionResult
    const { errors, ...rest } = result
    return { errors: answerErrors(errors, requestId, kind), ...rest }
  }

  async function charge({ tenant, actor }: Payer, cost: number, requestId: string): Promise<RateVerdict | undefined> {
    if (!rateLimiter) return undefined
    let verdict: RateVerdict
    try {
      verdict = await rateLimiter.take(`${tenant}\n${actor.userId}`, Math.min(cost, maxCost))
    } catch (error) {
      // A limiter that cannot be reached must not take the service down with it.
      refuse(error, requestId)
      return undefined
    }
    if (verdict.allowed) return verdict
    const message = 'You are asking for too much in too short a time. Wait `retryAfter` seconds.'
    const retryAfter = Math.max(1, Math.ceil((verdict.resetAt - clock.now()) / 1000))
    throw new ThreadkeepError('RATE_LIMITED', message, { details: { retryAfter, remaining: verdict.remaining, cost } })
  }

  return {
    refuse,
    answer,
    charge,
    prepare(params, requestId) {
      const prepared = prepareDocument(params)
      return 'errors' in prepared ? { errors: answerErrors(prepared.errors, requestId) } : prepared
    },
    async admit({ operation, variables = {}, caller, requestId }) {
      const cost = Math.max(1, operation.cost(variables))
      if (cost > maxCost) {
        const message = `The operation may cost up to ${cost} points; one may cost ${maxCost}. Ask for fewer items at once.`
        return { errors: refuse(new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_LARGE' } }), requestId) }
      }
      try {
        return { cost, verdict: await charge(caller, cost, requestId) }
      } catch (error) {
        return { errors: refuse(error, requestId) }
      }
    },
    async execute({ operation, variables, caller, requestId }, spent) {
      const { context, abort } = createContext(caller, requestId, spent, operation.asksFor, deadline)
      const began = performance.now()
      try {
        const running = operation.run(undefined, context, variables)
        const changes = operation.kind === 'mutation'
        const result = running instanceof Promise ? await within(running, abort, changes) : running
        return answer(result, requestId, operation.kind)
      } catch (error) {
        return { errors: refuse(error, requestId), data: null }
      } finally {
        onOperation(operation.kind, (performance.now() - began) / 1_000)
      }
    },
  }
}
