import type { Threadkeep, ThreadkeepOptions } from '../../domain/create-threadkeep.ts'
import { createThreadkeep } from '../../domain/create-threadkeep.ts'
import { localLiveBus } from '../../local/local-live-bus.ts'
import { memoryBlobStore } from '../../local/memory-blob-store.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { SearchIndex } from '../../ports/search-index.ts'
import { memorySearchIndex } from '../../search/memory-search-index.ts'
import type { ManualClock } from '../../store/clock.ts'
import { manualClock } from '../../store/clock.ts'
import type { Store } from '../../store/types.ts'
import { ok } from '../expect.ts'
import { assertSound } from './assert-sound.ts'
import { watchRest } from './watch-rest.ts'

/** What a case stands on. Without an index or a blob store of its own it gets those in memory. */
export interface DomainGround {
  readonly store: Store
  readonly search?: SearchIndex
  readonly blobs?: BlobStore
  close(): Promise<void>
}

/** How a case gets its ground: fresh and empty at each call, telling time by `clock` alone, which only moves forward. */
export interface DomainFixture {
  open(options: { readonly clock: ManualClock }): Promise<DomainGround>
}

/** One sentence of the chat domain as a test: resolves when it holds, throws an `Error` that says what broke. */
export interface DomainCase {
  readonly name: string
  run(fixture: DomainFixture): Promise<void>
}

/** What a case works with. */
export interface World {
  readonly clock: ManualClock
  readonly store: Store
  readonly search: SearchIndex
  readonly blobs: BlobStore
  readonly chat: Threadkeep
  /** Errors that reached no caller. A case that expects some empties the list; what is left at the end fails it. */
  readonly errors: unknown[]
  /** One more Threadkeep on the same ground, as another process would have it. Closed with the case. */
  open(options?: Partial<ThreadkeepOptions>): Threadkeep
  /** Answers when the store has been left alone for a moment: subscriptions that were begun stand by then. */
  settled(): Promise<void>
  /** Another empty ground under the same clock. Closed with the case. */
  elsewhere(): Promise<World>
}

/** Builds a case. Whatever it does, the records it leaves must hang together (unless `sound` is false: it has damaged them). */
export function domainCase(
  name: string,
  body: (world: World) => Promise<void>,
  options: Partial<ThreadkeepOptions> & { readonly sound?: boolean } = {},
): DomainCase {
  const { sound = true, ...given } = options
  return {
    name,
    async run(fixture) {
      const closing: (() => Promise<void>)[] = []
      const clock = manualClock(Date.now())
      try {
        const world = await openWorld(fixture, clock, given, closing)
        await body(world)
        if (sound) await assertSound(world)
        ok(world.errors.length === 0, `no error in the background, but ${String(world.errors[0])}`)
      } finally {
        for (const close of closing.toReversed()) await close()
      }
    },
  }
}

async function openWorld(
  fixture: DomainFixture,
  clock: ManualClock,
  given: Partial<ThreadkeepOptions>,
  closing: (() => Promise<void>)[],
): Promise<World> {
  const ground = await fixture.open({ clock })
  closing.push(() => ground.close())
  const { store, settled } = watchRest(ground.store)
  const search = ground.search ?? memorySearchIndex({ clock })
  const blobs = ground.blobs ?? memoryBlobStore({ clock })
  const live = localLiveBus()
  closing.push(() => live.close())
  const errors: unknown[] = []
  const open = (options: Partial<ThreadkeepOptions> = {}): Threadkeep => {
    const hooks = { onError: (error: unknown) => void errors.push(error), ...options.hooks }
    const chat = createThreadkeep({ store, search, blobs, live, clock, ...options, hooks })
    closing.push(() => chat.close())
    return chat
  }
  const chat = open(given)
  const elsewhere = () => openWorld(fixture, clock, given, closing)
  return { clock, store, search, blobs, chat, errors, open, settled, elsewhere }
}
