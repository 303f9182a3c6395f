import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Cursors } from '../kernel/cursors.ts'
import type { Door } from '../kernel/door.ts'
import { threadStream } from '../kernel/names.ts'
import type { ThreadRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { normalId } from '../kernel/validate.ts'
import type { Kinds } from '../messages/kinds.ts'
import type { BoundedQueue } from './bounded-queue.ts'
import { boundedQueue } from './bounded-queue.ts'
import type { Live, LiveItem, SubscribeOptions } from './live.types.ts'
import { cursorScope, liveItems } from './live-items.ts'
import type { StreamItem } from './read-items.ts'
import { oldestKept, readItems } from './read-items.ts'
import type { StreamTail } from './stream-tail.ts'
import { createStreamTails } from './stream-tail.ts'
import { createViewer } from './viewer.ts'

/** Items that may wait for a consumer by default. */
export const defaultMaxBuffered = 1_000

/** Live updates of a context. */
export function createLive(context: Context, door: Door, reader: ThreadReader, kinds: Kinds): Live {
  const tails = createStreamTails(context, kinds)

  function thread(actor: Actor, threadId: string, options: SubscribeOptions = {}): AsyncIterableIterator<LiveItem> {
    const cleanups: (() => void)[] = []
    const leave = (): void => {
      for (const cleanup of cleanups.splice(0)) cleanup()
    }
    const queue = boundedQueue<LiveItem>(options.maxBuffered ?? defaultMaxBuffered, leave)
    const end = (): void => queue.end()
    const { signal } = options
    context.gate.closing.addEventListener('abort', end)
    signal?.addEventListener('abort', end)
    cleanups.push(
      () => context.gate.closing.removeEventListener('abort', end),
      () => signal?.removeEventListener('abort', end),
    )
    if (signal?.aborted) end()
    const start = async (): Promise<void> => {
      const who = await door.stream(actor)
      const id = normalId(threadId, 'thread id')
      const cursors = await context.cursors()
      const opened = await reader.open(who, id)
      const stream = threadStream(id)
      const position =
        options.after === undefined
          ? opened.thread.eventSeq
          : (cursors.decode(cursorScope(stream), options.after)[0] as number)
      const { tail, release } = await tails.acquire(stream, position)
      if (queue.ended) return release()
      cleanups.push(release)
      if (options.tellStart && options.after === undefined) queue.push(liveItems(cursors, stream, id).start(position))
      cleanups.push(await follow(who, opened.thread, position, tail, queue, cursors))
      if (queue.ended) leave()
    }
    start().catch((error) => {
      queue.end(error)
      // A consumer that left meanwhile has cleaned up before all of this was there.
      leave()
    })
    return queue[Symbol.asyncIterator]()
  }

  /** Reads up to where the tail is, then hangs on to it. Answers how to let go. */
  async function follow(
    actor: Actor,
    thread: ThreadRecord,
    start: number,
    tail: StreamTail,
    queue: BoundedQueue<LiveItem>,
    cursors: Cursors,
  ): Promise<() => void> {
    const stream = threadStream(thread.id)
    const items = liveItems(cursors, stream, thread.id)
    const seesHidden = hasScope(actor, 'items:hidden')
    const isAdmin = hasScope(actor, 'admin')
    let position = start

    const deliver = (item: StreamItem): void => {
      const { type, userId, eventSeq } = item.event
      if (eventSeq <= position || queue.ended) return
      position = eventSeq
      if (!item.hidden || seesHidden) queue.push(items.event(item))
      // What came before the thread was opened is history: the actor may have come back since.
      const lost =
        type === 'thread.deleted' || type === 'thread.purged' || (type === 'member.removed' && userId === actor.userId)
      if (lost && !isAdmin && eventSeq > thread.eventSeq) queue.end()
    }

    const kept = await oldestKept(context, stream, position)
    // No longer kept, or of a time that a restored backup knows nothing of.
    const resumed = kept === undefined ? thread.eventSeq : kept - 1
    if (resumed > position || (kept === undefined && resumed < position)) {
      position = resumed
      queue.push(items.gap(position))
    }
    for (;;) {
      const missed = await readItems(context, kinds, stream, position)
      for (const item of missed) {
        // What is kept can wait for its consumer: only what is new must not.
        const room = queue.room()
        if (room) await room
        deliver(item)
      }
      // No waiting between this comparison and attaching: nothing can come in between.
      if (queue.ended) return () => {}
      if (missed.length === 0 && position >= tail.position) break
    }
    return tail.attach({
      item: deliver,
      hint: (hint) => {
        const item = items.hint(hint, position)
        // What is not stored may be lost: it must not end a subscription.
        if (item && !queue.ended) queue.push(item)
      },
    })
  }

  return {
    thread,
    viewer: createViewer(context, door, reader, kinds),
    async cursorAt(threadId, eventSeq) {
      const stream = threadStream(normalId(threadId, 'thread id'))
      return (await context.cursors()).encode(cursorScope(stream), [eventSeq])
    },
  }
}
