import { localLiveBus } from '../local/local-live-bus.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { LiveBus } from '../ports/live-bus.ts'
import type { SearchIndex } from '../ports/search-index.ts'
import type { Clock } from '../store/clock.ts'
import { systemClock } from '../store/clock.ts'
import type { IdSource } from '../store/ids.ts'
import { createIds } from '../store/ids.ts'
import type { Store } from '../store/types.ts'
import type { EventType } from './events/event.ts'
import type { Listener } from './events/listeners.ts'
import { createListeners } from './events/listeners.ts'
import { coalesceReads } from './kernel/coalesce-reads.ts'
import type { Context, Hooks } from './kernel/context.ts'
import type { Cursors } from './kernel/cursors.ts'
import { openCursors } from './kernel/cursors.ts'
import { createDoor } from './kernel/door.ts'
import { createGate } from './kernel/gate.ts'
import type { Limits } from './kernel/limits.ts'
import { defaultLimits } from './kernel/limits.ts'
import { createThreadReader } from './kernel/thread-reader.ts'
import { createThreadWriter } from './kernel/thread-writer.ts'
import { publishHints } from './live/publish-hints.ts'
import type { MessageKind } from './messages/kinds.ts'
import { createKinds } from './messages/kinds.ts'
import { createMessages } from './messages/messages.ts'
import type { Messages } from './messages/messages.types.ts'
import { createThreads } from './threads/threads.ts'
import type { Threads } from './threads/threads.types.ts'

/** What a Threadkeep is made of. Only the store is required. Options are read once. */
export interface ThreadkeepOptions {
  /** Closed with the Threadkeep only by whoever opened it: not by `close`. */
  readonly store: Store
  readonly search?: SearchIndex
  readonly blobs?: BlobStore
  /** Default: hints within this process. */
  readonly live?: LiveBus
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly limits?: Partial<Limits>
  readonly kinds?: readonly MessageKind[]
  readonly hooks?: Hooks
}

/** Conversations, kept. Every call takes the actor first; after `close` every call rejects with `CLOSED`. */
export interface Threadkeep extends AsyncDisposable {
  readonly threads: Threads
  readonly messages: Messages
  /** Hears what this process commits. Call the answer to stop. */
  on(type: EventType | '*', listener: Listener): () => void
  /** Lets running calls finish and stops the rest. May be called again. */
  close(): Promise<void>
}

/** Opens a Threadkeep on a store. Nothing is read or written before the first call. */
export function createThreadkeep(options: ThreadkeepOptions): Threadkeep {
  const clock = options.clock ?? systemClock
  const hooks = options.hooks ?? {}
  const onError = hooks.onError ?? (() => {})
  const gate = createGate('This Threadkeep')
  const listeners = createListeners(onError)
  const store = coalesceReads(options.store)
  let cursors: Promise<Cursors> | undefined
  const context: Context = {
    store,
    clock,
    ids: options.ids ?? createIds(clock),
    limits: Object.freeze({ ...defaultLimits, ...options.limits }),
    hooks,
    gate,
    live: options.live ?? localLiveBus(),
    search: options.search,
    blobs: options.blobs,
    cursors() {
      cursors ??= openCursors(options.store).catch((error) => {
        cursors = undefined
        throw error
      })
      return cursors
    },
    committed(events, userIds) {
      listeners.tell(events)
      publishHints(context, events, userIds)
    },
  }
  const kinds = createKinds(options.kinds)
  const door = createDoor(context)
  const writer = createThreadWriter(context)
  const reader = createThreadReader(context, writer)

  const close = async (): Promise<void> => {
    await gate.close()
  }
  const { messages, ...forThreads } = createMessages(context, door, reader, writer, kinds)
  return {
    threads: createThreads(context, door, reader, writer, kinds, forThreads),
    messages,
    on: listeners.on,
    close,
    [Symbol.asyncDispose]: close,
  }
}
