import type { ErrorCode } from '@threadkeep/core/store'

/** Failures that a user can mend: mutations answer them as `userErrors`, queries as errors with their code and message. */
export const expectedFailures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['INVALID', 'INVALID_TTL', 'INVALID_ID', 'INVALID_CURSOR', 'INVALID_CONTENT', 'INVALID_METADATA'] as const),
  ...(['INVALID_LIMIT', 'INVALID_ROLE', 'INVALID_REPLY', 'TOO_LARGE'] as const),
  ...(['NOT_FOUND', 'CONFLICT', 'USER_EXISTS', 'THREAD_EXISTS', 'MESSAGE_EXISTS'] as const),
  ...(['THREAD_LOCKED', 'THREAD_CLOSED', 'IDEMPOTENCY_MISMATCH', 'LEGAL_HOLD'] as const),
])
