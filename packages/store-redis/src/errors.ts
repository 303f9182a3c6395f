import type { ErrorCode } from '@threadkeep/core/store'
import { errorText, isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'

/** What a failing call was about: only a write leaves its outcome unknown. */
export type Doing = 'read' | 'write'

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
  /** Whether a write may have happened all the same. */
  readonly maybe: boolean
}

/** The ThreadkeepError that says what an error of the Redis client or server means, and what to do. */
export function toThreadkeepError(error: unknown, doing: Doing): ThreadkeepError {
  if (isThreadkeepError(error)) return error
  const { code, message, maybe } = meaning(error)
  return new ThreadkeepError(code, message, { maybeCommitted: doing === 'write' && maybe, cause: error })
}

/** Whether the server does not know the script, and so has done nothing. */
export function isUnknownScript(error: unknown): boolean {
  return replyCode(error) === 'NOSCRIPT'
}

/** Whether the server answered the command with an error, rather than the connection failing under it. */
export function isReply(error: unknown): boolean {
  return replyCode(error) !== undefined
}

/** The error of a call that waited for `timeout` milliseconds in vain. */
export function timeoutError(doing: Doing, timeout: number): ThreadkeepError {
  const advice = doing === 'write' ? 'The commit may have happened: read before you write again.' : 'Try again.'
  return new ThreadkeepError('TIMEOUT', `Redis has not answered within ${timeout} ms. ${advice}`, {
    maybeCommitted: doing === 'write',
  })
}

/** The error of a call that was given up while it was under way. */
export function abortedError(doing: Doing, cause: unknown): ThreadkeepError {
  return new ThreadkeepError('ABORTED', 'The call was given up before Redis had answered.', {
    maybeCommitted: doing === 'write',
    cause,
  })
}

/** The error of a client that has no connection now. Nothing was sent. */
export function offlineError(): ThreadkeepError {
  return new ThreadkeepError(
    'UNAVAILABLE',
    'There is no connection to Redis at the moment; nothing was sent. Try again.',
  )
}

/** The error of a server, or of options, that this package must not go on with. */
export function misconfigured(message: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message)
}

/** The first word of an error reply (`OOM`, `NOSCRIPT`, `ERR`, …); undefined for errors of the client. */
function replyCode(error: unknown): string | undefined {
  // A reply's error is known by its shape: the class may come from another copy of the client.
  for (let type = error as Error | undefined; type; type = Object.getPrototypeOf(type)) {
    if (type.constructor.name === 'ErrorReply') return /^[A-Z]*/.exec((error as Error).message)![0]
  }
  return undefined
}

function meaning(error: unknown): Meaning {
  const reply = replyCode(error)
  if (reply === undefined) return withoutReply(error)
  switch (reply) {
    case 'OOM':
      return {
        code: 'STORAGE_FULL',
        message:
          'Redis has reached its maxmemory; nothing was written and everything stored stays readable. Raise maxmemory or remove records.',
        maybe: false,
      }
    case 'READONLY':
    case 'LOADING':
    case 'BUSY':
    case 'MASTERDOWN':
    case 'CLUSTERDOWN':
    case 'TRYAGAIN':
    case 'NOREPLICAS':
    case 'MISCONF':
      return { code: 'UNAVAILABLE', message: `Redis cannot take this call now (${errorText(error)}).`, maybe: false }
    case 'NOAUTH':
    case 'WRONGPASS':
    case 'NOPERM':
      return {
        code: 'MISCONFIGURED',
        message: `Redis refuses this user (${errorText(error)}). Check the credentials and the ACL.`,
        maybe: false,
      }
    case 'MOVED':
    case 'ASK':
      return {
        code: 'MISCONFIGURED',
        message: `The keys of this namespace live on another node of the cluster (${errorText(error)}). Connect to that one.`,
        maybe: false,
      }
    case 'WRONGTYPE':
      return {
        code: 'CORRUPT',
        message: 'A key of this namespace is not what Threadkeep keeps there. Another program writes to it.',
        maybe: true,
      }
    default:
      return { code: 'INTERNAL', message: `Redis answered with an error: ${errorText(error)}`, maybe: true }
  }
}

function withoutReply(error: unknown): Meaning {
  // A client that its owner has closed sends nothing more.
  const unsent = (error as Error).constructor.name === 'ClientClosedError'
  return { code: 'UNAVAILABLE', message: `The connection to Redis failed: ${errorText(error)}`, maybe: !unsent }
}
