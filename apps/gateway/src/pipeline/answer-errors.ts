import type { ErrorCode } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import type { GraphQLError, GraphQLFormattedError, OperationTypeNode } from 'graphql'
import { expectedFailures } from '../schema/expected-failures.ts'

/** What an operator learns of an error that a client does not. */
export type Report = (error: unknown, requestId: string) => void

/** Codes beside the expected failures whose messages were written for the client. */
const told: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'SLOW_CONSUMER',
])

/** Codes of the machine that a client may act on; their messages may name machines, so they are not told. */
const masked: Partial<Record<ErrorCode, string>> = {
  TIMEOUT: 'This took too long. Try again later.',
  UNAVAILABLE: 'The service cannot do this right now. Try again later.',
  ABORTED: 'The request was given up.',
  CLOSED: 'The service is shutting down. Try again.',
  STORAGE_FULL: 'The service has no room left.',
  READ_ONLY: 'The service takes no changes right now.',
  UNSUPPORTED: 'This service is not set up for that.',
}

const suggestion = / ?Did you mean [^?]*\?/g

/**
 * Turns errors into what a client sees. What was not written for a client is masked behind the request id and reported. An error beneath a
 * mutation says `maybeCommitted`: the change was made before anything beneath it was asked for.
 */
export type AnswerErrors = (
  errors: readonly GraphQLError[],
  requestId: string,
  kind?: `${OperationTypeNode}`,
) => readonly GraphQLFormattedError[]

/** The one place where errors become answers, for every transport. */
export function createAnswerErrors(
  report: Report,
  options: { readonly suggestions: boolean; readonly onTold: (code: string) => void },
): AnswerErrors {
  function describe(
    cause: unknown,
    requestId: string,
    changed: boolean,
  ): Pick<GraphQLFormattedError, 'message' | 'extensions'> {
    const known = isThreadkeepError(cause) ? cause : undefined
    if (known && (expectedFailures.has(known.code) || told.has(known.code)))
      return { message: known.message, extensions: { ...publicDetails(known.code, known.details), code: known.code } }
    report(cause, requestId)
    const text = known && masked[known.code]
    return {
      message: text ?? `Something went wrong on our side. Quote ${requestId} when you report it.`,
      extensions: {
        code: known && text !== undefined ? known.code : 'INTERNAL',
        requestId,
        // Who cannot know whether it happened learns so: the same call under the same client id gives the first result.
        ...((changed || known?.maybeCommitted) && { maybeCommitted: true }),
      },
    }
  }

  function answerOne(error: GraphQLError, requestId: string, mutation: boolean): GraphQLFormattedError {
    const place = {
      ...(error.locations && { locations: error.locations }),
      ...(error.path && { path: error.path }),
    }
    const cause = rootCause(error)
    // With a path but without a cause: a resolver answered what the schema does not allow.
    if (cause !== undefined || error.path) {
      const changed = mutation && error.path !== undefined && error.path.length > 1
      return { ...describe(cause ?? error, requestId, changed), ...place }
    }
    const message = options.suggestions ? error.message : error.message.replaceAll(suggestion, '')
    return { message, ...place, extensions: { code: 'BAD_USER_INPUT', ...error.extensions } }
  }

  return (errors, requestId, kind) =>
    errors.map((error) => {
      const answered = answerOne(error, requestId, kind === 'mutation')
      options.onTold(String(answered.extensions?.['code']))
      return answered
    })
}

/** What a resolver threw; undefined for errors that GraphQL itself made. */
function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error.originalError
  while (isGraphQLError(cause)) {
    if (cause.originalError === undefined) return undefined
    cause = cause.originalError
  }
  return cause
}

function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError'
}

function publicDetails(code: ErrorCode, details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return code === 'RATE_LIMITED' || code === 'SLOW_CONSUMER' ? details : {}
}
