import type { Address, Change, JsonObject } from '@threadkeep/core/store'
import { assertAddresses, assertChanges, toJsonText } from '@threadkeep/core/store'

/** The caller's addresses as they are now, for a call that reads them again after it has waited. */
export function copyAddresses(at: readonly Address[]): readonly Address[] {
  assertAddresses(at)
  return at.map(copyAddress)
}

/** The caller's changes as they are now, values included, for a commit that waits before it hands them on. */
export function copyChanges(changes: readonly Change[]): readonly Change[] {
  assertChanges(changes)
  return changes.map((change) => {
    const copied = { ...change, at: copyAddress(change.at) }
    if (copied.type !== 'put') return copied
    return { ...copied, value: JSON.parse(toJsonText(copied.value)) as JsonObject }
  })
}

function copyAddress({ collection, key }: Address): Address {
  return { collection, key }
}
