import { token } from '../kernel/names.ts'

/** Hints about one stream: `{ eventSeq }`, or something that is not stored (`typing`, `receipt`). */
export function streamTopic(stream: string): string {
  return `stream/${stream}`
}

/** Hints for one person: `{ threadId, eventSeq }` for each thread of theirs that is not big. */
export function viewerTopic(userId: string): string {
  return `viewer/${token(userId)}`
}

/** Hints for relays: `{ shards }`, those of the outbox that have grown. */
export const outboxTopic = 'outbox'
