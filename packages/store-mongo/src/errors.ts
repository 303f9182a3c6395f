import type { ErrorCode, ImpatienceReason } from '@threadkeep/core/store'
import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'

// Errors are told apart by name, code and label, never by class: a client may come from another copy of the driver.
interface DriverError {
  readonly name?: string
  readonly message?: string
  readonly code?: unknown
  readonly cause?: unknown
  readonly writeErrors?: readonly WriteError[] | ReadonlyMap<number, WriteError>
  hasErrorLabel?(label: string): boolean
}

interface WriteError {
  readonly code?: number
  readonly index?: number
}

const writeConflict = 112
const duplicateKey = 11_000

/** Codes of servers that are changing roles, shutting down or out of reach: the same call may succeed soon. */
const passing: ReadonlySet<number> = new Set([
  ...[6, 7, 24, 89, 91, 112, 134, 189, 239, 246, 251, 262, 290, 462],
  ...[9001, 10_107, 11_600, 11_602, 13_435, 13_436],
])

const codes: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [13, ['MISCONFIGURED', 'The MongoDB user may not do this. Grant it the role readWrite on the database.']],
  [18, ['MISCONFIGURED', 'MongoDB does not accept the credentials. Check user, password and authSource.']],
  [8000, ['MISCONFIGURED', 'MongoDB does not accept the credentials. Check user and password.']],
  [20, ['MISCONFIGURED', 'This MongoDB server does not do transactions. Use a replica set.']],
  [263, ['MISCONFIGURED', 'This MongoDB server does not do transactions. Use a replica set.']],
  [50, ['TIMEOUT', 'MongoDB stopped the operation at its time limit.']],
  [64, ['TIMEOUT', 'The majority of the replica set did not confirm the write in time.']],
  [10_334, ['TOO_LARGE', 'A record is larger than the 16 MB that MongoDB allows.']],
  [17_419, ['TOO_LARGE', 'A record is larger than the 16 MB that MongoDB allows.']],
  [17_420, ['TOO_LARGE', 'A record is larger than the 16 MB that MongoDB allows.']],
  [14_031, ['STORAGE_FULL', 'The disk of the MongoDB server is full.']],
])

/** The error of this package for whatever the driver threw. */
export function storeError(error: unknown, maybeCommitted = false): ThreadkeepError {
  if (isThreadkeepError(error)) return error
  const code = serverCode(error)
  const known = code === undefined ? undefined : codes.get(code)
  const options = { cause: error, maybeCommitted, details: code === undefined ? {} : { mongoCode: code } }
  if (known) return new ThreadkeepError(known[0], known[1], options)
  if (isPassing(error)) {
    return new ThreadkeepError('UNAVAILABLE', `MongoDB cannot be reached: ${(error as Error).message}`, options)
  }
  return new ThreadkeepError('INTERNAL', `MongoDB answered with an error: ${(error as Error).message}`, options)
}

/** The error of a caller that no longer waits, for a call of at most `deadline` milliseconds. */
export function impatientError(
  { code, cause }: ImpatienceReason,
  deadline: number,
  maybeCommitted = false,
): ThreadkeepError {
  const message =
    code === 'TIMEOUT'
      ? `MongoDB did not answer within the deadline of ${deadline} ms.`
      : 'The call was aborted while it was under way.'
  return new ThreadkeepError(code, message, { maybeCommitted, cause })
}

/** Two transactions wrote the same record: one of them has to come again. */
export function isWriteConflict(error: unknown): boolean {
  return chain(error).some(({ code }) => code === writeConflict)
}

/** A record is there that was to be new. */
export function isDuplicateKey(error: unknown): boolean {
  return chain(error).some(({ code }) => code === duplicateKey)
}

/** Which write of a batch was to make a record that is there already. */
export function duplicateAt(error: unknown): number | undefined {
  for (const { writeErrors } of chain(error)) {
    if (!writeErrors) continue
    // By index where a batch goes to several collections, else a list.
    const errors = writeErrors instanceof Map ? writeErrors : (writeErrors as readonly WriteError[]).entries()
    for (const [index, { code, index: own = index }] of errors) if (code === duplicateKey) return own
  }
  return undefined
}

/** Whether the driver or the server put this label on the error. */
export function hasLabel(error: unknown, label: string): boolean {
  return chain(error).some((link) => link.hasErrorLabel?.(label) === true)
}

/** A write that was no transaction was sent, and whether it counts cannot be told. */
export function isUncertain(error: unknown): boolean {
  const links = chain(error)
  if (links.some(({ name }) => name === 'MongoWriteConcernError')) return true
  // What could not be written to the socket whole, the server has not heard.
  if (links.some(({ code }) => code === 'EPIPE')) return false
  return isPassing(error) && !isWriteConflict(error) && !links.some(({ name }) => name === 'MongoServerSelectionError')
}

/** The same call may succeed later. */
export function isPassing(error: unknown): boolean {
  if (isThreadkeepError(error)) return error.retryable
  const code = serverCode(error)
  if (code !== undefined && passing.has(code)) return true
  if (['TransientTransactionError', 'RetryableWriteError', 'SystemOverloadedError'].some((it) => hasLabel(error, it))) {
    return true
  }
  if (isSocketError(error)) return true
  return chain(error).some(
    ({ name }) => name !== undefined && /^Mongo(Network|Pool|Server(Selection|Closed))/.test(name),
  )
}

/** The connection broke under the driver, which passes such an error on as it is when it meets it while it writes. */
export function isSocketError(error: unknown): boolean {
  return chain(error).some(({ code }) => typeof code === 'string' && /^(E[A-Z]+|ERR_(STREAM|SOCKET)_\w+)$/.test(code))
}

function serverCode(error: unknown): number | undefined {
  return chain(error)
    .map((link) => link.code)
    .find((code): code is number => typeof code === 'number')
}

/** The error and what caused it: the driver wraps what the server said about a bulk write. */
function chain(error: unknown): readonly DriverError[] {
  const links: DriverError[] = []
  for (let link = error; typeof link === 'object' && link !== null && links.length < 5; ) {
    links.push(link as DriverError)
    link = (link as DriverError).cause
  }
  return links
}
