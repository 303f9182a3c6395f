import type { ErrorCode } from '../errors/threadkeep-error.ts'
import { isThreadkeepError, type ThreadkeepError } from '../errors/threadkeep-error.ts'

/** Throws unless `truth` holds. */
export function ok(truth: unknown, claim: string): asserts truth {
  if (!truth) throw new Error(claim)
}

/** Throws unless both are the same JSON. Names of an object may come in any order; 0 and -0 are one number. */
export function same(actual: unknown, expected: unknown, claim: string): void {
  if (!isSame(actual, expected)) throw new Error(`${claim}\n  expected ${show(expected)}\n  answered ${show(actual)}`)
}

/** Throws unless the call answers a promise (it must not throw at once) that rejects with `code`. */
export async function rejects(call: () => Promise<unknown>, code: ErrorCode, claim: string): Promise<ThreadkeepError> {
  let promise: Promise<unknown>
  try {
    promise = call()
  } catch (error) {
    throw new Error(`${claim}\n  it threw instead of answering a promise that rejects`, { cause: error })
  }
  try {
    await promise
  } catch (error) {
    if (isThreadkeepError(error, code)) return error
    const got = isThreadkeepError(error) ? error.code : String(error)
    throw new Error(`${claim}\n  expected a rejection with ${code}, got ${got}`, { cause: error })
  }
  throw new Error(`${claim}\n  expected a rejection with ${code}, but it was answered`)
}

/** Whether both are the same JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  }
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every(
    (name) =>
      Object.hasOwn(b, name) && isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  )
}

function show(value: unknown): string {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text
}
