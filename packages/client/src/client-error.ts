const brand = Symbol.for('threadkeep.client-error')

interface ClientErrorOptions {
  readonly retryable?: boolean
  readonly retryAfter?: number | undefined
  readonly maybeCommitted?: boolean
  readonly cause?: unknown
}

/** A call that failed, with the stable code of the gateway, or `UNAVAILABLE` when it could not be reached. */
export class ClientError extends Error {
  readonly code: string
  /** Whether the same call may succeed a little later. */
  readonly retryable: boolean
  /** Seconds to wait, where the gateway said so. */
  readonly retryAfter: number | undefined
  /** Whether the change may have happened although it failed. Sending the same message under its client id again answers the first. */
  readonly maybeCommitted: boolean
  readonly [brand] = true

  constructor(code: string, message: string, options: ClientErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'ClientError'
    this.code = code
    this.retryable = options.retryable ?? retryableCodes.has(code)
    this.retryAfter = options.retryAfter
    this.maybeCommitted = options.maybeCommitted ?? false
  }
}

const retryableCodes: ReadonlySet<string> = new Set([
  ...['UNAVAILABLE', 'TIMEOUT', 'CLOSED', 'ABORTED', 'RATE_LIMITED', 'SLOW_CONSUMER', 'TOO_MANY_OPERATIONS'],
])

/** Whether an error is one of this client, and of this code where one is given. Holds across copies of the package. */
export function isClientError(error: unknown, code?: string): error is ClientError {
  return (
    typeof error === 'object' && error !== null && brand in error && (!code || (error as ClientError).code === code)
  )
}

/** An error as GraphQL answers it. */
export interface AnsweredError {
  readonly message: string
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** The first of the errors that an operation was answered with. */
export function fromAnswer(errors: readonly AnsweredError[]): ClientError {
  const { message = 'The operation failed.', extensions = {} } = errors[0] ?? {}
  const { code, retryAfter, maybeCommitted } = extensions
  return new ClientError(typeof code === 'string' ? code : 'INTERNAL', message, {
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    maybeCommitted: maybeCommitted === true,
  })
}
