import { localLiveBus } from '../local/local-live-bus.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { LiveBus } from '../ports/live-bus.ts'
import type { SearchIndex } from '../ports/search-index.ts'
import type { Clock } from '../store/clock.ts'
import { systemClock } from '../store/clock.ts'
import type { IdSource } from '../store/ids.ts'
import { createIds } from '../store/ids.ts'
import type { Store } from '../store/types.ts'
import { createAttachments } from './attachments/attachments.ts'
import type { Attachments } from './attachments/attachments.types.ts'
import { createAudit } from './audit/audit.ts'
import type { Audit } from './audit/audit.types.ts'
import type { EventType } from './events/event.ts'
import type { Listener } from './events/listeners.ts'
import { createListeners } from './events/listeners.ts'
import { createJobs } from './jobs/jobs.ts'
import type { Jobs } from './jobs/jobs.types.ts'
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
import { createLive } from './live/live.ts'
import type { Live } from './live/live.types.ts'
import { createOutboxHints } from './live/outbox-hints.ts'
import { publishHints } from './live/publish-hints.ts'
import type { MessageKind } from './messages/kinds.ts'
import { createKinds } from './messages/kinds.ts'
import { createMessages } from './messages/messages.ts'
import type { Messages } from './messages/messages.types.ts'
import type { Projections } from './projections/projector.ts'
import { createProjector } from './projections/projector.ts'
import { rebuild } from './projections/rebuild.ts'
import { createRoomsProjection } from './projections/rooms-projection.ts'
import { createSearchProjection } from './projections/search-projection.ts'
import { createStatisticsProjection } from './projections/statistics-projection.ts'
import { createSearch } from './search/search.ts'
import type { Search } from './search/search.types.ts'
import { createStats } from './stats/stats.ts'
import type { Stats } from './stats/stats.types.ts'
import { createThreads } from './threads/threads.ts'
import type { Threads } from './threads/threads.types.ts'
import { createTransfer } from './transfer/transfer.ts'
import type { Transfer } from './transfer/transfer.types.ts'
import { createUsers } from './users/users.ts'
import type { Users } from './users/users.types.ts'

/** What a Threadkeep is made of. Only the store is required. Options are read once. */
export interface ThreadkeepOptions {
  /** Closed with the Threadkeep only by whoever opened it: not by `close`. */
  readonly store: Store
  readonly search?: SearchIndex
  readonly blobs?: BlobStore
  /** Default: hints within this Threadkeep. Several on one store share a bus, or find each other's news by polling. */
  readonly live?: LiveBus
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly limits?: Partial<Limits>
  readonly kinds?: readonly MessageKind[]
  readonly hooks?: Hooks
  /** `external`: workers of their own take the events away. `manual`: this process does, when `projections.settle` is called. Default: this process does, by itself. */
  readonly projector?: 'embedded' | 'manual' | 'external'
}

/** Conversations, kept. Every call takes the actor first; after `close` every call rejects with `CLOSED`. */
export interface Threadkeep extends AsyncDisposable {
  readonly threads: Threads
  readonly messages: Messages
  readonly users: Users
  readonly stats: Stats
  readonly audit: Audit
  readonly search: Search
  readonly attachments: Attachments
  readonly jobs: Jobs
  readonly transfer: Transfer
  readonly live: Live
  /** What follows the events: for workers, and for those who want to wait. */
  readonly projections: Projections & {
    /** Answers when everything committed so far is counted and indexed. */
    settle(): Promise<void>
    /** Counts and indexes everything anew from the records: for an index that is new, or statistics that were lost. */
    rebuild(): Promise<void>
  }
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
      tellRelays?.(events)
      if (options.projector !== 'manual') projector?.wake(events)
    },
  }
  const tellRelays = options.projector === 'external' ? createOutboxHints(context.live) : undefined
  const kinds = createKinds(options.kinds)
  const door = createDoor(context)
  const writer = createThreadWriter(context)
  const reader = createThreadReader(context, writer)
  const projections: Projections = {
    statistics: createStatisticsProjection(context),
    search: createSearchProjection(context, kinds),
    rooms: createRoomsProjection(context, writer),
  }
  const projector = options.projector === 'external' ? undefined : createProjector(context, projections)

  const close = async (): Promise<void> => {
    await gate.close()
    await projector?.close()
  }
  const { messages, ...forThreads } = createMessages(context, door, reader, writer, kinds)
  const users = createUsers(context, door, writer)
  const threads = createThreads(context, door, reader, writer, kinds, forThreads)
  return {
    threads,
    messages,
    users,
    transfer: createTransfer(context, door, reader, writer, kinds),
    stats: door.guard(createStats(context, reader, projections.statistics)),
    audit: door.guard(createAudit(context)),
    search: door.guard(createSearch(context, reader, kinds, forThreads.reads)),
    attachments: door.guard(createAttachments(context, reader, writer), { anonymous: ['redeem'] }),
    jobs: door.guard(createJobs(context, writer, threads, options.store)),
    live: createLive(context, door, reader, kinds),
    projections: {
      ...projections,
      settle: async () => projector?.settle(),
      rebuild: () => gate.pass(() => rebuild(context, projections)),
    },
    on: listeners.on,
    close,
    [Symbol.asyncDispose]: close,
  }
}
