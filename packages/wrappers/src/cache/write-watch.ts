/** Knows which writes of one record overlapped, so that nobody takes one of them for the last. */
export interface WriteWatch {
  /** The answer is called when the write has ended; it says for each key whether no other write came near. */
  begin(keys: readonly string[]): () => readonly boolean[]
  /** Somebody else wrote these. */
  disturb(keys: readonly string[]): void
  disturbAll(): void
}

/** A watch that remembers only the keys with a write under way. */
export function createWriteWatch(): WriteWatch {
  const writing = new Map<string, { count: number; disturbed: boolean }>()
  return {
    begin(keys) {
      for (const key of keys) {
        const others = writing.get(key)
        if (!others) writing.set(key, { count: 1, disturbed: false })
        else {
          others.count++
          others.disturbed = true
        }
      }
      return () =>
        keys.map((key) => {
          const state = writing.get(key)!
          state.count--
          if (state.count === 0) writing.delete(key)
          return !state.disturbed
        })
    },
    disturb(keys) {
      for (const key of keys) {
        const state = writing.get(key)
        if (state) state.disturbed = true
      }
    },
    disturbAll() {
      for (const state of writing.values()) state.disturbed = true
    },
  }
}
