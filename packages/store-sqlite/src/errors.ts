import type { ErrorCode, ErrorOptions } from '@threadkeep/core/store'
import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'

/** What was going on when SQLite failed. Only a failing `commit` leaves the outcome unknown. */
export type Doing = 'open' | 'read' | 'write' | 'commit'

interface Meaning extends ErrorOptions {
  readonly code: ErrorCode
  readonly message: string
}

// Primary result codes of SQLite; the extended ones carry them in their low byte.
const BUSY = 5
const LOCKED = 6
const NOMEM = 7
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const TOOBIG = 18
const NOTADB = 26
const IOERR_SHMSIZE = 4874

/** Whether another connection stood in the way: the same attempt may succeed in a moment. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code !== undefined && ((code & 0xff) === BUSY || (code & 0xff) === LOCKED)
}

/** The ThreadkeepError that says what an error of `node:sqlite` means for the file at `path`, and what to do. */
export function toThreadkeepError(error: unknown, path: string, doing: Doing): ThreadkeepError {
  if (isThreadkeepError(error)) return error
  const { code, message, ...options } = meaning(error, path, doing)
  const result = resultCode(error)
  const details = result === undefined ? { path } : { path, sqlite: result }
  return new ThreadkeepError(code, message, { ...options, details, cause: error })
}

/** The error of a lock that another process held for longer than the busy timeout. Nothing was read or written. */
export function lockedError(path: string, busyTimeout: number): ThreadkeepError {
  const message = `Another process has held the lock of ${path} for more than ${busyTimeout} ms. Try again, raise busyTimeout, or end the process that holds it.`
  return new ThreadkeepError('UNAVAILABLE', message, { details: { path } })
}

/** The error of a file that the process may not write to. */
export function notWritable(path: string, cause: unknown): ThreadkeepError {
  const message = `${path} cannot be written. Give the process write permission to the file and its directory, or open it with readOnly: true.`
  return new ThreadkeepError('READ_ONLY', message, { details: { path }, cause })
}

/** The error of a file that this package must not touch, or not as it was asked to. */
export function misconfigured(message: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message)
}

function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code : undefined
}

function meaning(error: unknown, path: string, doing: Doing): Meaning {
  const code = resultCode(error)
  if (code === undefined) return withoutCode(error, path)
  if (code === IOERR_SHMSIZE) return full(path)
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return { code: 'UNAVAILABLE', message: `${path} is locked by another process. Try again.` }
    case NOMEM:
      return { code: 'UNAVAILABLE', message: 'SQLite ran out of memory. Free some and try again.' }
    case READONLY:
      return doing === 'open' ? cannotOpen(path, doing) : noLongerWritable(path)
    case IOERR:
      return ioError(path, doing, error)
    case CORRUPT:
      return {
        code: 'CORRUPT',
        message: `${path} is damaged. Stop writing to it, keep a copy, and restore from a backup.`,
      }
    case FULL:
      return full(path)
    case CANTOPEN:
      return cannotOpen(path, doing)
    case TOOBIG:
      return { code: 'TOO_LARGE', message: 'A record is larger than SQLite can hold. Split it, or keep it as a blob.' }
    case NOTADB:
      return doing === 'open'
        ? { code: 'MISCONFIGURED', message: `${path} is not an SQLite file. Give the path of another one, or of none.` }
        : { code: 'CORRUPT', message: `${path} is no longer an SQLite file. Restore it from a backup.` }
    default:
      return { code: 'INTERNAL', message: `SQLite failed on ${path}: ${text(error)}` }
  }
}

function withoutCode(error: unknown, path: string): Meaning {
  return (error as { code?: unknown } | null)?.code === 'ERR_INVALID_STATE'
    ? { code: 'CLOSED', message: `${path} has been closed.` }
    : { code: 'INTERNAL', message: `SQLite failed on ${path}: ${text(error)}` }
}

function noLongerWritable(path: string): Meaning {
  const message = `${path} can no longer be written: it was moved, deleted or locked while it was open. Open it again.`
  return { code: 'READ_ONLY', message }
}

function ioError(path: string, doing: Doing, error: unknown): Meaning {
  const maybeCommitted = doing === 'commit'
  const advice = maybeCommitted ? 'Read before writing again: the commit may have happened.' : 'Check the disk.'
  return { code: 'UNAVAILABLE', message: `The disk under ${path} failed (${text(error)}). ${advice}`, maybeCommitted }
}

function full(path: string): Meaning {
  return {
    code: 'STORAGE_FULL',
    message: `There is no room left for ${path}. Nothing was written and everything stored stays readable: free space, then try again.`,
  }
}

function cannotOpen(path: string, doing: Doing): Meaning {
  return doing === 'open'
    ? {
        code: 'MISCONFIGURED',
        message: `${path} cannot be opened. Check that its directory exists and that the process may read and write there: only a backup can be read where nothing may be written.`,
      }
    : {
        code: 'UNAVAILABLE',
        message: `A file beside ${path} cannot be opened. Check permissions and open-file limits.`,
      }
}

function text(error: unknown): string {
  const { message, errstr } = (error ?? {}) as { message?: string; errstr?: string }
  return errstr && errstr !== message ? `${message} (${errstr})` : (message ?? String(error))
}
