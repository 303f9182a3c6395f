import type { Actor } from '@threadkeep/core'

export const owner: Actor = { userId: 'alice' }
/** The thread that every life of the process goes on with. */
export const always = 'always'

/** The thread that belongs to one life of the process. */
export function cycleThread(cycle: number): string {
  return `cycle-${cycle}`
}
