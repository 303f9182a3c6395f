import type { JsonObject } from '../../store/types.ts'
import type { Context } from '../kernel/context.ts'
import type { Kinds } from '../messages/kinds.ts'
import type { StreamItem } from './read-items.ts'
import { readItems, turnAfter } from './read-items.ts'
import { streamTopic } from './topics.ts'

/** One subscriber at the end of a stream. */
export interface TailListener {
  item(item: StreamItem): void
  /** Something that is not stored. */
  hint(hint: JsonObject): void
}

/** The end of a stream, read once for all its subscribers of this process: woken by hints, by polling where hints do not flow. */
export interface StreamTail {
  /** The event that listeners have seen last. */
  readonly position: number
  /** From now on: every item after `position`. The caller has brought itself to exactly that position, without waiting since. */
  attach(listener: TailListener): () => void
}

/** The tails of a context: made with the first subscriber of a stream, gone with the last. */
export interface StreamTails {
  /** Answers once hints flow; `release` when done with it. */
  acquire(stream: string, position: number): Promise<{ readonly tail: StreamTail; readonly release: () => void }>
}

interface OpenTail extends StreamTail {
  close(): void
}

interface Counted {
  readonly opening: Promise<OpenTail>
  users: number
}

const pollHealthy = 30_000
const pollUnhealthy = 500
const retryAfter = 100

/** The tails of a context. */
export function createStreamTails(context: Context, kinds: Kinds): StreamTails {
  const tails = new Map<string, Counted>()

  async function open(stream: string, start: number): Promise<OpenTail> {
    const listeners = new Set<TailListener>()
    let position = start
    let pumping = false
    let again = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let closed = false

    async function pump(): Promise<void> {
      again = true
      if (pumping) return
      pumping = true
      try {
        while (again && !closed) {
          again = false
          const items = await readItems(context, kinds, stream, position)
          for (const item of items) {
            position = item.event.eventSeq
            for (const listener of [...listeners]) listener.item(item)
          }
          if (items.length > 0) again = true
          await turnAfter(items)
        }
        schedule(context.live.healthy ? pollHealthy : pollUnhealthy)
      } catch (error) {
        context.hooks.onError?.(error, 'live updates')
        schedule(retryAfter)
      } finally {
        pumping = false
      }
    }

    function schedule(delay: number): void {
      clearTimeout(timer)
      if (!closed) timer = setTimeout(pump, delay).unref()
    }

    const unsubscribe = await context.live.subscribe(streamTopic(stream), (hint) => {
      if (typeof hint['eventSeq'] === 'number') {
        if (hint['eventSeq'] > position) void pump()
      } else for (const listener of [...listeners]) listener.hint(hint)
    })
    const offHealth = context.live.onHealth(() => void pump())
    schedule(context.live.healthy ? pollHealthy : pollUnhealthy)
    return {
      get position() {
        return position
      },
      attach(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      close() {
        closed = true
        clearTimeout(timer)
        unsubscribe()
        offHealth()
      },
    }
  }

  return {
    async acquire(stream, position) {
      const known = tails.get(stream) ?? { opening: open(stream, position), users: 0 }
      tails.set(stream, known)
      // Counted before waiting: nobody closes a tail that somebody is about to hang on to.
      known.users++
      let released = false
      const release = (): void => {
        if (released) return
        released = true
        known.users--
        if (known.users > 0) return
        if (tails.get(stream) === known) tails.delete(stream)
        known.opening.then(
          (tail) => tail.close(),
          () => {},
        )
      }
      try {
        return { tail: await known.opening, release }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}
