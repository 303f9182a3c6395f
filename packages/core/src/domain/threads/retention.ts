import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { maxLife } from '../kernel/validate.ts'
import type { Retention } from './threads.types.ts'

/** Refuses a malformed retention policy; answers an own copy. */
export function checkRetention(retention: Retention): Retention {
  if (typeof retention !== 'object' || retention === null)
    throw new ThreadkeepError('INVALID', 'A retention policy is an object.')
  const { maxAge, maxMessages } = retention
  if (maxAge === undefined && maxMessages === undefined)
    throw new ThreadkeepError('INVALID', 'A retention policy names maxAge, maxMessages or both.')
  assertWhole(maxAge, 'maxAge', 1000, maxLife)
  assertWhole(maxMessages, 'maxMessages', 1, Number.MAX_SAFE_INTEGER)
  return { ...(maxAge !== undefined && { maxAge }), ...(maxMessages !== undefined && { maxMessages }) }
}

function assertWhole(value: number | undefined, name: string, min: number, max: number): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < min || value > max)) {
    throw new ThreadkeepError('INVALID', `retention.${name} must be a whole number from ${min} to ${max}.`)
  }
}
