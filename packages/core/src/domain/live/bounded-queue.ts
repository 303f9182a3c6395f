import { ThreadkeepError } from '../../errors/threadkeep-error.ts'

/** Items on their way to one consumer, at most `limit` of them. */
export interface BoundedQueue<T> {
  /** False when the consumer is too slow: the queue has ended, with `SLOW_CONSUMER`, after what it still holds. */
  push(item: T): boolean
  /** For who can wait: nothing while less than half of it is held, else a promise that is kept once it is, or at the end. */
  room(): Promise<void> | undefined
  /** Ends the queue after what it holds, with an error or without. */
  end(error?: unknown): void
  readonly ended: boolean
  [Symbol.asyncIterator](): AsyncIterableIterator<T>
}

/** An empty queue; `stop` is called once, when the queue ends or the consumer leaves. */
export function boundedQueue<T>(limit: number, stop: () => void): BoundedQueue<T> {
  const items: T[] = []
  let ended = false
  let failure: unknown
  let room: PromiseWithResolvers<void> | undefined
  let waiting:
    | { readonly resolve: (result: IteratorResult<T>) => void; readonly reject: (error: unknown) => void }
    | undefined

  function finish(): Promise<IteratorResult<T>> {
    const error = failure
    failure = undefined
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error)
  }

  const isRoomy = (): boolean => ended || items.length < Math.max(1, limit / 2)

  function tellRoom(): void {
    if (!room || !isRoomy()) return
    room.resolve()
    room = undefined
  }

  function end(error?: unknown): void {
    if (ended) return
    ended = true
    failure = error
    tellRoom()
    // What is held may still be taken; nothing more comes, whether anybody takes it or not.
    stop()
    if (!waiting) return
    const { resolve, reject } = waiting
    waiting = undefined
    finish().then(resolve, reject)
  }

  return {
    push(item) {
      if (ended) return true
      if (waiting) {
        const { resolve } = waiting
        waiting = undefined
        resolve({ done: false, value: item })
        return true
      }
      if (items.length < limit) {
        items.push(item)
        return true
      }
      end(
        new ThreadkeepError(
          'SLOW_CONSUMER',
          'The subscription ended because its consumer is too slow: subscribe again after the last cursor you have seen.',
        ),
      )
      return false
    },
    room() {
      if (isRoomy()) return undefined
      room ??= Promise.withResolvers()
      return room.promise
    },
    end,
    get ended() {
      return ended
    },
    [Symbol.asyncIterator]() {
      return {
        next() {
          if (items.length > 0) {
            const value = items.shift()!
            tellRoom()
            return Promise.resolve({ done: false, value })
          }
          if (ended) return finish()
          return new Promise((resolve, reject) => {
            waiting = { resolve, reject }
          })
        },
        return() {
          items.length = 0
          failure = undefined
          end()
          return Promise.resolve({ done: true, value: undefined })
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
    },
  }
}
