import type { BlobStore } from '../../ports/blob-store.ts'
import type { LiveBus } from '../../ports/live-bus.ts'
import type { SearchIndex } from '../../ports/search-index.ts'
import type { Clock } from '../../store/clock.ts'
import type { IdSource } from '../../store/ids.ts'
import type { Store } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { NewMessage } from '../messages/messages.types.ts'
import type { Actor } from './actor.ts'
import type { Cursors } from './cursors.ts'
import type { Gate } from './gate.ts'
import type { Limits } from './limits.ts'

/** Where the host application may have a say. */
export interface Hooks {
  /** Sees a message before it is written; may change it, or refuse it by throwing. */
  readonly beforeAppend?: (actor: Actor, threadId: string, message: NewMessage) => NewMessage | Promise<NewMessage>
  /** Told of errors that reach no caller: a listener that threw, a projection that will be tried again. */
  readonly onError?: (error: unknown, where: string) => void
}

/** What every part of the domain stands on. */
export interface Context {
  /** Reads of one turn are joined. */
  readonly store: Store
  readonly clock: Clock
  readonly ids: IdSource
  readonly limits: Limits
  readonly hooks: Hooks
  readonly gate: Gate
  readonly live: LiveBus
  readonly search: SearchIndex | undefined
  readonly blobs: BlobStore | undefined
  cursors(): Promise<Cursors>
  /** Told after every commit that carried events: wakes the projector, tells listeners and subscribers. Never throws. */
  committed(events: readonly DomainEvent[], userIds: readonly string[]): void
}
