import { createHash } from 'node:crypto'
import type { Address, Millis } from '../../store/types.ts'

/**
 * Where every record of the domain lives. Nothing else in the domain writes a collection name or a key.
 *
 * Ids are any Unicode, names are not: `token` is an injective spelling of an id that is safe inside names and keys.
 */
export const names = {
  users: 'users',
  threads: 'threads',
  attachments: 'attachments',
  /** Which attachment a blob belongs to. */
  blobs: 'blobs',
  presence: 'presence',
  direct: 'direct',
  due: 'due',
  purges: 'purges',
  /** Threads that have a retention policy. */
  retained: 'retained',
  runs: 'runs',
  checkpoints: 'checkpoints',
  audit: 'audit',
  settings: 'settings',
  /** Who does what at the moment, among processes that share the work. */
  leases: 'leases',
  /** The tenants that have ever written: only in the namespace that they share. */
  tenants: 'tenants',
  members: (threadId: string): string => `members:${token(threadId)}`,
  messages: (threadId: string): string => `messages:${token(threadId)}`,
  /** The places of messages whose ids do not name them. */
  messageIds: (threadId: string): string => `message-ids:${token(threadId)}`,
  edits: (threadId: string): string => `edits:${token(threadId)}`,
  receipts: (threadId: string): string => `receipts:${token(threadId)}`,
  feedback: (threadId: string): string => `feedback:${token(threadId)}`,
  idempotency: (threadId: string): string => `idempotency:${token(threadId)}`,
  dueOf: (threadId: string): string => `due-of:${token(threadId)}`,
  /** The kept events of a stream (a stream is already a token). */
  events: (stream: string): string => `events:${stream}`,
  outbox: (shard: number): string => `outbox:${shard}`,
  threadsOf: (userId: string): string => `threads-of:${token(userId)}`,
  /** Users by what they are found by. */
  userNames: 'user-names',
  /** What the statistics know of each stream, with the number of the event they have counted last. */
  statsStreams: 'stats:streams',
  /** Readable messages of a thread, by UTC day and by author. */
  statsThreadDays: (threadId: string): string => `stats:thread-days:${token(threadId)}`,
  statsThreadAuthors: (threadId: string): string => `stats:thread-authors:${token(threadId)}`,
  /** Sums over all shown threads, a part per shard so that shards never meet. */
  statsAuthoredBy: (userToken: string): string => `stats:authored:${userToken}`,
  statsDays: 'stats:days',
  statsSystem: 'stats:system',
  blocks: (userId: string): string => `blocks:${token(userId)}`,
} as const

/** How many outboxes the streams are spread over. Fixed: a stream's outbox never changes. */
export const outboxShards = 16

/** An address made of a collection and its key. */
export function at(collection: string, key: string): Address {
  return { collection, key }
}

/** A number as a key part that sorts as the number does. */
export function seqKey(seq: number): string {
  return String(seq).padStart(12, '0')
}

const timeDigits = 16

/** An instant as a key part that sorts by time. */
export function timeKey(millis: Millis): string {
  return String(Math.max(0, Math.floor(millis))).padStart(timeDigits, '0')
}

/** The instant that a key begins with. */
export function timeOfKey(key: string): Millis {
  return Number(key.slice(0, timeDigits))
}

/** Key of a thread in a user's recency index. */
export function recencyKey(recencyAt: Millis, threadId: string): string {
  return `${timeKey(recencyAt)}/${token(threadId)}`
}

/** Which outbox a stream's events go through. */
export function shardOf(stream: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % outboxShards
}

/** The stream of facts about a thread. */
export function threadStream(threadId: string): string {
  return token(threadId)
}

/** The stream of facts about a user. No thread has it: a token has no slash. */
export function userStream(userId: string): string {
  return `user/${token(userId)}`
}

/** The stream of facts about a file: by its blob, which is never another file's, as an attachment id may be after a deletion. */
export function fileStream(blobKey: string): string {
  return `file/${blobKey}`
}

const safe = /^[A-Za-z0-9._@-]{1,128}$/
const maxTokenBytes = 200
// What would break a key apart, and `~`, which marks a hashed token.
const special = /[%/:~\u0000-\u001f\u007f-\u009f]/g

/** An injective, readable spelling of an id: safe ASCII stays as it is, very long ids become a SHA-256. */
export function token(id: string): string {
  if (safe.test(id)) return id
  const escaped = id.replace(special, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
  if (Buffer.byteLength(escaped) <= maxTokenBytes) return escaped
  return `~${createHash('sha256').update(id).digest('hex')}`
}
