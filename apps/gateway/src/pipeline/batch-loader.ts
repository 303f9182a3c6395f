/** Loads things by key, many at a time. */
export interface BatchLoader<K, V> {
  /** The value at once when it is known, else a promise of it. Every key is asked for once. */
  load(key: K): V | undefined | Promise<V | undefined>
  /** Loads what many objects are about to ask for, so that they then get it at once. */
  loadAhead(keys: readonly K[]): Promise<unknown>
  /** Remembers what something else has read. */
  prime(key: K, value: V): void
}

/** Runs what was put to it together, once the resolvers of this turn have said all that they want. */
export type Dispatch = (run: () => void) => void

/** A dispatch that several loaders share, so that their reads reach the store in one call. */
export function createDispatch(): Dispatch {
  let waiting: (() => void)[] = []
  const flush = (): void => {
    const batch = waiting
    waiting = []
    for (const run of batch) run()
  }
  return (run) => {
    // Promises that are settled by now run their continuations first: these may want more.
    if (waiting.push(run) === 1) void Promise.resolve().then(() => process.nextTick(flush))
  }
}

/** A loader over `read`, which answers in the order of its keys. A failed batch fails its keys and is forgotten. */
export function batchLoader<K, V>(
  dispatch: Dispatch,
  read: (keys: readonly K[]) => Promise<readonly (V | undefined)[]>,
  keyOf: (key: K) => unknown = (key) => key,
  maxBatch = 1_000,
): BatchLoader<K, V> {
  const known = new Map<unknown, V | undefined | Promise<V | undefined>>()
  let queue: { key: K; resolve: (value: V | undefined) => void; reject: (error: unknown) => void }[] = []

  function flush(): void {
    const all = queue
    queue = []
    for (let from = 0; from < all.length; from += maxBatch) {
      const batch = all.slice(from, from + maxBatch)
      read(batch.map(({ key }) => key)).then(
        (values) =>
          batch.forEach(({ key, resolve }, i) => {
            known.set(keyOf(key), values[i])
            resolve(values[i])
          }),
        (error) => {
          for (const { key, reject } of batch) {
            known.delete(keyOf(key))
            reject(error)
          }
        },
      )
    }
  }

  function load(key: K): V | undefined | Promise<V | undefined> {
    const id = keyOf(key)
    const found = known.get(id)
    if (found !== undefined || known.has(id)) return found
    const promise = new Promise<V | undefined>((resolve, reject) => {
      if (queue.push({ key, resolve, reject }) === 1) dispatch(flush)
    })
    known.set(id, promise)
    return promise
  }

  return {
    load,
    loadAhead: (keys) => Promise.all([...new Set(keys)].map(load)),
    prime(key, value) {
      known.set(keyOf(key), value)
    },
  }
}
