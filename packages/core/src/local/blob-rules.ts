import { ThreadkeepError } from '../errors/threadkeep-error.ts'

const blobKey = /^[a-z0-9_]{1,128}$/

/** Refuses what core would never have made: `INVALID`. Nothing else becomes part of a path. */
export function assertBlobKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || !blobKey.test(key))
    throw new ThreadkeepError('INVALID', 'A blob key is 1 to 128 of a-z, 0-9 and _.')
}

/** Refuses a bound that is not a whole number of bytes: `INVALID`. */
export function assertMaxBytes(maxBytes: unknown): void {
  if (!Number.isSafeInteger(maxBytes) || (maxBytes as number) < 0)
    throw new ThreadkeepError('INVALID', 'maxBytes is a whole number of bytes.')
}

/** The answer for a blob that is not there. */
export function blobNotFound(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is no such blob.')
}

/** The answer for more bytes than were allowed. */
export function blobTooLarge(maxBytes: number): ThreadkeepError {
  return new ThreadkeepError('TOO_LARGE', `There are more than the ${maxBytes} bytes that are allowed.`, {
    details: { max: maxBytes },
  })
}

/** The part of a blob that is asked for; what lies beyond its end is left out. `INVALID` for bounds that are none. */
export function blobRange(
  options: { readonly start?: number; readonly end?: number } | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  const { start = 0, end = size } = options ?? {}
  for (const bound of [start, end]) {
    if (!Number.isSafeInteger(bound) || bound < 0)
      throw new ThreadkeepError('INVALID', 'start and end are whole numbers of bytes.')
  }
  return { start: Math.min(start, size), end: Math.max(Math.min(end, size), Math.min(start, size)) }
}
