import type { BlobStore, LiveBus, SearchIndex } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'

/** What gateways and workers keep everything in. */
export interface Backend {
  readonly store: Store
  readonly live: LiveBus
  readonly search?: SearchIndex
  readonly blobs?: BlobStore
  /** `external`: workers of their own take the events away. */
  readonly projector?: 'embedded' | 'external'
  /** How often the cache in front of the store has failed; each time the store was asked instead. Absent: there is none. */
  readonly cacheFailures?: () => number
  close(): Promise<void>
}
