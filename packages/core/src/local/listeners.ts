/** Who is told when something happens. A listener that throws affects neither the teller nor the others. */
export interface Listeners<T> {
  readonly size: number
  /** The same function may be added twice. Call the answer to remove it; it is idempotent. */
  add(listener: (news: T) => void): () => void
  tell(news: T): void
}

/** Listeners of one thing. */
export function createListeners<T>(): Listeners<T> {
  const all = new Set<(news: T) => void>()
  return {
    get size() {
      return all.size
    },
    add(listener) {
      const own = (news: T): void => listener(news)
      all.add(own)
      return () => {
        all.delete(own)
      }
    },
    tell(news) {
      for (const listener of all) {
        try {
          listener(news)
        } catch {
          // Its own trouble.
        }
      }
    },
  }
}

/** Listeners of many things, each by its topic. */
export interface TopicListeners<T> {
  has(topic: string): boolean
  topics(): readonly string[]
  /** `onLast` is called when the last listener of the topic has left. */
  add(topic: string, listener: (news: T) => void, onLast?: () => void): () => void
  tell(topic: string, news: T): void
  clear(): void
}

/** Listeners by topic. A topic without any takes no room. */
export function createTopicListeners<T>(): TopicListeners<T> {
  const byTopic = new Map<string, Listeners<T>>()
  return {
    has: (topic) => byTopic.has(topic),
    topics: () => [...byTopic.keys()],
    add(topic, listener, onLast) {
      const listeners = byTopic.get(topic) ?? createListeners<T>()
      byTopic.set(topic, listeners)
      const remove = listeners.add(listener)
      return () => {
        remove()
        if (listeners.size > 0 || byTopic.get(topic) !== listeners) return
        byTopic.delete(topic)
        onLast?.()
      }
    },
    tell: (topic, news) => byTopic.get(topic)?.tell(news),
    clear: () => byTopic.clear(),
  }
}

/** A fact that may change, and those who want to know when it does. */
export interface Watched<T> {
  readonly value: T
  set(value: T): void
  onChange(listener: (value: T) => void): () => void
}

/** Tells listeners of a value when it becomes another one. */
export function createWatched<T>(initial: T): Watched<T> {
  const listeners = createListeners<T>()
  let value = initial
  return {
    get value() {
      return value
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      listeners.tell(next)
    },
    onChange: (listener) => listeners.add(listener),
  }
}
