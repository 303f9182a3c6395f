import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Retention } from './threads.types.ts'

/** Refuses a malformed retention policy; answers an own copy. */
export function checkRetention(retention: Retention): Retention {
  const { maxAge, maxMessages } = retention
  if (maxAge === undefined && maxMessages === undefined)
    throw new ThreadkeepError('INVALID', 'A retention policy names maxAge, maxMessages or both.')
  assertWhole(maxAge, 'maxAge', 1000)
  assertWhole(maxMessages, 'maxMessages', 1)
  return { ...(maxAge !== undefined && { maxAge }), ...(maxMessages !== undefined && { maxMessages }) }
}

function assertWhole(value: number | undefined, name: string, min: number): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < min)) {
    throw new ThreadkeepError('INVALID', `retention.${name} must be a whole number of at least ${min}.`)
  }
}
