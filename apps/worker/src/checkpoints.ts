import type { Checkpoint } from '@threadkeep/core'
import type { Address, Change, JsonObject, Store } from '@threadkeep/core/store'

/** A checkpoint that wants to move. */
export interface Advance {
  readonly at: Address
  readonly to: Checkpoint
}

/** Moves checkpoints forward, never back, together with other changes: also when others move the same ones. */
export async function advanceCheckpoints(
  store: Store,
  advances: readonly Advance[],
  also: readonly Change[] = [],
): Promise<void> {
  for (;;) {
    const entries = await store.get(advances.map(({ at }) => at))
    const changes: Change[] = [...also]
    advances.forEach(({ at, to }, i) => {
      const entry = entries[i]
      if (entry && (entry.value['position'] as number) >= to.position) return
      changes.push(
        { type: 'check', at, version: entry?.version ?? null },
        { type: 'put', at, value: { ...to } satisfies JsonObject },
      )
    })
    if (changes.length === 0 || (await store.commit(changes)).ok) return
  }
}
