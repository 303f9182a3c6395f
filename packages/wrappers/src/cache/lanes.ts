/** Work on keys. Work on one key is done in the order it was asked for, one piece after the other. */
export interface Lanes {
  /** Starts at once where nothing else is under way. `work` deals with its own failures. */
  run(keys: readonly string[], work: () => Promise<void>): Promise<void>
  /** Answers when all work asked for so far is done. */
  drain(): Promise<void>
}

/** Lanes that remember only the keys with work under way. */
export function createLanes(): Lanes {
  const tails = new Map<string, Promise<void>>()
  return {
    run(keys, work) {
      const ahead = keys.flatMap((key) => tails.get(key) ?? [])
      const begun = ahead.length === 0 ? work() : Promise.all(ahead).then(work)
      const done = begun.finally(() => {
        for (const key of keys) if (tails.get(key) === done) tails.delete(key)
      })
      for (const key of keys) tails.set(key, done)
      return done
    },
    async drain() {
      await Promise.all(tails.values())
    },
  }
}
