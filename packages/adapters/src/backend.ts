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
  close(): Promise<void>
}
