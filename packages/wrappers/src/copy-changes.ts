import type { Change } from '@threadkeep/core/store'
import { copyJsonObject, takeChanges } from '@threadkeep/core/store'

/** The caller's changes as they are now, values included, for a commit that waits before it hands them on. */
export function copyChanges(changes: readonly Change[]): readonly Change[] {
  return takeChanges(changes, copyJsonObject)
}
