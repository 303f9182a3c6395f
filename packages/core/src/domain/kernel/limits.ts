/** Every bound of the domain, each an option with its default here. Sizes are what a single call may carry or answer. */
export interface Limits {
  /** Code points of a message's text, all parts together. */
  readonly maxContentLength: number
  readonly maxContentParts: number
  /** UTF-8 bytes of metadata as JSON. */
  readonly maxMetadataBytes: number
  readonly maxMetadataDepth: number
  /** UTF-8 bytes of a non-text item's data as JSON. */
  readonly maxDataBytes: number
  readonly maxTitleLength: number
  readonly maxPageSize: number
  readonly defaultPageSize: number
  readonly maxBatch: number
  readonly maxMembers: number
  readonly maxAttachmentsPerMessage: number
  readonly maxAttachmentBytes: number
  /** Types that may be uploaded, such as `image/*` or `application/pdf`; empty: any. */
  readonly attachmentTypes: readonly string[]
  /** Threads of up to this many members move their members' recency in the commit of the append; beyond, a projection does. */
  readonly maxInlineMembers: number
  /** Milliseconds that a client message id is remembered. */
  readonly idempotencyWindow: number
  /** Milliseconds that events stay readable for subscribers who come back. */
  readonly eventRetention: number
  /** Milliseconds between deleting a thread and its purge, in which it can be restored. */
  readonly deleteGrace: number
  /** Milliseconds an upload may take before it counts as abandoned. */
  readonly uploadWindow: number
  /** Milliseconds a finished upload may wait for its message before it counts as abandoned. */
  readonly unsentWindow: number
}

const minute = 60_000
const day = 24 * 60 * minute

/** What holds where an option is absent. */
export const defaultLimits: Limits = Object.freeze({
  maxContentLength: 10_000,
  maxContentParts: 100,
  maxMetadataBytes: 16 * 1024,
  maxMetadataDepth: 8,
  maxDataBytes: 256 * 1024,
  maxTitleLength: 200,
  maxPageSize: 100,
  defaultPageSize: 50,
  maxBatch: 100,
  maxMembers: 10_000,
  maxAttachmentsPerMessage: 20,
  maxAttachmentBytes: 25 * 1024 * 1024,
  attachmentTypes: Object.freeze([]),
  maxInlineMembers: 32,
  idempotencyWindow: day,
  eventRetention: 7 * day,
  deleteGrace: 7 * day,
  uploadWindow: 60 * minute,
  unsentWindow: day,
})
