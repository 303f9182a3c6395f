export type { BlobInfo, BlobStore } from './blob-store.ts'
export type { EventSink, EventSource, LogRecord, PlacedRecord } from './event-log.ts'
export type { LiveBus } from './live-bus.ts'
export type { RateLimit, RateLimiter, RateVerdict } from './rate-limiter.ts'
export type {
  Highlight,
  SearchChange,
  SearchDocument,
  SearchHit,
  SearchIndex,
  SearchPosition,
  SearchQuery,
} from './search-index.ts'
