import type { ErrorCode } from '@threadkeep/core/store'
import { errorText, isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'

/** How far a call had come when it failed: only a write that was sent leaves its outcome unknown. */
export type Progress = 'unsent' | 'read' | 'write'

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
}

/** The ThreadkeepError that says what an error of PostgreSQL or its driver means, and what to do. */
export function toThreadkeepError(error: unknown, progress: Progress): ThreadkeepError {
  if (isThreadkeepError(error)) return error
  const state = sqlState(error)
  // The server answered that the statement failed, so it was rolled back; unless what failed was the server.
  const settled = state !== undefined && !isFarewell(state)
  const { code, message } = state === undefined ? unavailable(error) : meaning(state, error)
  return new ThreadkeepError(code, message, {
    maybeCommitted: progress === 'write' && !settled,
    ...(state !== undefined && { details: { sqlState: state } }),
    cause: error,
  })
}

/** The error of a call whose caller no longer waits. */
export function impatientError(code: 'TIMEOUT' | 'ABORTED', timeout: number, progress: Progress, cause: unknown) {
  const maybeCommitted = progress === 'write'
  const what =
    code === 'TIMEOUT'
      ? `PostgreSQL has not answered within ${timeout} ms.`
      : 'The call was given up before PostgreSQL had answered.'
  const advice = maybeCommitted ? ' The commit may have happened: read before you write again.' : ''
  return new ThreadkeepError(code, what + advice, { maybeCommitted, cause })
}

/** The error of a server, or of options, that this package must not go on with. */
export function misconfigured(message: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message)
}

/** The five characters by which PostgreSQL names an error; undefined for errors of the connection. */
function sqlState(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined
}

/** Connection exceptions, and shutdowns: the commit may have been written before them. */
function isFarewell(state: string): boolean {
  return state.startsWith('08') || state === '57P01' || state === '57P02'
}

function meaning(state: string, error: unknown): Meaning {
  switch (state) {
    case '53100':
      return {
        code: 'STORAGE_FULL',
        message:
          'PostgreSQL has no room left; nothing was written and everything stored stays readable. Free some space.',
      }
    case '54000':
      return {
        code: 'TOO_LARGE',
        message: 'A record is larger than PostgreSQL can hold. Split it, or keep it as a blob.',
      }
    case '25006':
      return { code: 'READ_ONLY', message: 'This PostgreSQL takes no writes now. Connect to the primary.' }
    case '57014':
      return { code: 'TIMEOUT', message: 'PostgreSQL has cancelled the call, and undone it. Try again.' }
    case 'XX001':
    case 'XX002':
      return { code: 'CORRUPT', message: `PostgreSQL found its data damaged: ${errorText(error)}. Check its log.` }
    case 'TK001':
      return {
        code: 'MISCONFIGURED',
        message:
          'The store needs default_transaction_isolation = "read committed": its own locks make commits serialisable.',
      }
    case '42501':
    case '42P01':
    case '42883':
    case '3D000':
    case '3F000':
      return {
        code: 'MISCONFIGURED',
        message: `PostgreSQL refuses: ${errorText(error)}. Check the database, the schema and the rights of the user.`,
      }
  }
  switch (state.slice(0, 2)) {
    case '28':
      return {
        code: 'MISCONFIGURED',
        message: `PostgreSQL refuses this user: ${errorText(error)}. Check the credentials.`,
      }
    case '08':
    case '40':
    case '53':
    case '55':
    case '57':
    case '58':
      return { code: 'UNAVAILABLE', message: `PostgreSQL cannot take this call now: ${errorText(error)}` }
    default:
      return { code: 'INTERNAL', message: `PostgreSQL failed: ${errorText(error)}` }
  }
}

function unavailable(error: unknown): Meaning {
  return { code: 'UNAVAILABLE', message: `The connection to PostgreSQL failed: ${errorText(error)}` }
}
