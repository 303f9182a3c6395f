/** Guesses whether puts that check nothing make new records. Inserting is cheaper than replacing what may be there. */
export interface Novelty {
  /** Whether to try an insert for a put to this kind. */
  expected(kind: string): boolean
  /** There was something after all: for a while, longer each time, the kind is taken for one that is written over. */
  disproved(kind: string): void
}

const shortestRest = 64
const longestRest = 65_536

/** Most kinds are only ever added to, or mostly written over, so a guess is rarely wrong twice. */
export function novelty(): Novelty {
  const kinds = new Map<string, { rest: number; length: number }>()
  return {
    expected(kind) {
      const state = kinds.get(kind)
      if (!state || state.rest === 0) return true
      state.rest--
      return false
    },
    disproved(kind) {
      const length = Math.min((kinds.get(kind)?.length ?? shortestRest / 2) * 2, longestRest)
      kinds.set(kind, { rest: length, length })
    },
  }
}
