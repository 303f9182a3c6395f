import type { Address, Change, Millis, Version } from '@threadkeep/core/store'
import { addressKey } from '../address-key.ts'

/**
 * Whether a commit that may have happened can be tried again: only if it would conflict had it happened. That takes a
 * check on a record that the commit itself changes; a check on any other record would still hold, and the commit would
 * undo what others wrote since. A commit that changes nothing is always repeatable.
 */
export function isRepeatable(changes: readonly Change[], now: Millis): boolean {
  const written = new Map<string, Change>()
  for (const change of changes) if (change.type !== 'check') written.set(addressKey(change.at), change)
  if (written.size === 0) return true
  return changes.some((change) => {
    if (change.type !== 'check') return false
    const write = written.get(addressKey(change.at))
    // Versions never come back, so any write breaks a check on a version. "Must not exist" is broken by a record that
    // is there and stays.
    return change.version === null ? write?.type === 'put' && (write.expiresAt ?? Infinity) > now : write !== undefined
  })
}

/** The records that the commit demands in an exact version and changes: while one still has it, the commit has not happened. */
export function witnesses(changes: readonly Change[]): readonly { readonly at: Address; readonly version: Version }[] {
  const written = new Set(changes.filter(({ type }) => type !== 'check').map(({ at }) => addressKey(at)))
  return changes.flatMap((change) =>
    change.type === 'check' && change.version !== null && written.has(addressKey(change.at))
      ? [{ at: change.at, version: change.version }]
      : [],
  )
}
