/** Every code a Threadkeep package answers with. Codes are stable; messages are for people. */
export type ErrorCode =
  // Input
  | 'INVALID'
  | 'INVALID_TTL'
  | 'INVALID_ID'
  | 'INVALID_CURSOR'
  | 'INVALID_CONTENT'
  | 'INVALID_METADATA'
  | 'INVALID_LIMIT'
  | 'INVALID_ROLE'
  | 'INVALID_REPLY'
  | 'TOO_LARGE'
  // State
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'USER_EXISTS'
  | 'THREAD_EXISTS'
  | 'MESSAGE_EXISTS'
  | 'THREAD_LOCKED'
  | 'THREAD_CLOSED'
  | 'IDEMPOTENCY_MISMATCH'
  | 'LEGAL_HOLD'
  // Who is asking
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'SLOW_CONSUMER'
  // What is stored
  | 'CORRUPT'
  | 'DECRYPTION_FAILED'
  // The machine
  | 'CLOSED'
  | 'ABORTED'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'STORAGE_FULL'
  | 'READ_ONLY'
  | 'UNSUPPORTED'
  | 'MISCONFIGURED'
  | 'INTERNAL'

/** The optional half of an error. */
export interface ErrorOptions {
  /** The same call may succeed later. Default: true for `TIMEOUT` and `UNAVAILABLE`, else false. */
  readonly retryable?: boolean
  /** The commit may or may not have happened: read before you write again, or retry only what carries a check. */
  readonly maybeCommitted?: boolean
  /** Facts for programs: never message content, tokens or keys. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

const brand = Symbol.for('threadkeep.error')
const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['TIMEOUT', 'UNAVAILABLE'])

/** The one error of all Threadkeep packages: a stable `code`, and a message that says what to do next. */
export class ThreadkeepError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly maybeCommitted: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ThreadkeepError'
    this.code = code
    this.retryable = options.retryable ?? retryableCodes.has(code)
    this.maybeCommitted = options.maybeCommitted ?? false
    this.details = options.details ?? {}
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Recognises a ThreadkeepError by its brand, so that two copies of a package still understand each other. */
export function isThreadkeepError(error: unknown, code?: ErrorCode): error is ThreadkeepError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || (error as { code?: unknown }).code === code
}
