import type { Change } from '@threadkeep/core/store'

/** A change that writes a record. */
export type Put = Extract<Change, { type: 'put' }>

/**
 * The changes with every put replaced by what `map` makes of it; the same array when nothing was replaced. What is
 * malformed stays as it is, for the store to refuse.
 */
export function mapPuts(changes: readonly Change[], map: (put: Put) => Change): readonly Change[] {
  if (!Array.isArray(changes)) return changes
  let mapped: Change[] | undefined
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as Change
    if (change?.type !== 'put') continue
    const replaced = map(change)
    if (replaced === change) continue
    mapped ??= changes.slice()
    mapped[i] = replaced
  }
  return mapped ?? changes
}
