import type { Millis } from '../../store/types.ts'
import type { MessageFacts } from '../events/event.ts'

/** Most response times kept: statistics speak of the newest ones. */
export const maxResponses = 256

/** What the statistics know of one stream. Counts can be taken back; what cannot is marked stale and recounted when asked for. */
export interface ThreadTally {
  readonly stream: string
  /** The event counted last. */
  readonly eventSeq: number
  readonly lastEventAt: Millis
  /** Absent for streams of users and files, of which only the position is kept. */
  readonly threadId?: string
  /** Shown threads count in the sums of users, days and the system; deleted ones do not. */
  readonly shown: boolean
  readonly byRole: Readonly<Record<string, number>>
  readonly messages: number
  readonly length: number
  readonly bytes: number
  readonly firstMessageAt?: Millis
  readonly lastMessageAt?: Millis
  /** The newest user message, while unanswered. */
  readonly askedAt?: Millis
  /** Milliseconds from a user message to the assistant's answer, the newest last. */
  readonly responses: readonly number[]
  /** A message left: first, last and response times are to be recounted. */
  readonly stale: boolean
  /** The thread has been purged: kept so that old events that come again count nothing. */
  readonly gone?: boolean
}

/** The tally of a stream before its first event. */
export function emptyTally(stream: string, threadId?: string): ThreadTally {
  return {
    stream,
    eventSeq: 0,
    lastEventAt: 0,
    ...(threadId !== undefined && { threadId }),
    shown: true,
    byRole: {},
    messages: 0,
    length: 0,
    bytes: 0,
    responses: [],
    stale: false,
  }
}

/** Counts a message in (`sign` 1) or out (-1). Order-dependent figures follow only messages that come in at the end. */
export function tallyMessage(tally: ThreadTally, facts: MessageFacts, sign: 1 | -1, atEnd: boolean): ThreadTally {
  const counted: ThreadTally = {
    ...tally,
    byRole: { ...tally.byRole, [facts.role]: (tally.byRole[facts.role] ?? 0) + sign },
    messages: tally.messages + sign,
    length: tally.length + sign * facts.length,
    bytes: tally.bytes + sign * facts.bytes,
  }
  return sign === 1 && atEnd ? followOrder(counted, facts) : { ...counted, stale: true }
}

/** Moves first, last and response times past one more message. */
export function followOrder(tally: ThreadTally, { role, createdAt }: MessageFacts): ThreadTally {
  const firstMessageAt = Math.min(tally.firstMessageAt ?? createdAt, createdAt)
  const lastMessageAt = Math.max(tally.lastMessageAt ?? createdAt, createdAt)
  if (role === 'user') return { ...tally, firstMessageAt, lastMessageAt, askedAt: createdAt }
  if (role !== 'assistant' || tally.askedAt === undefined) return { ...tally, firstMessageAt, lastMessageAt }
  const { askedAt, ...answered } = tally
  const responses = [...tally.responses, Math.max(0, createdAt - askedAt)].slice(-maxResponses)
  return { ...answered, firstMessageAt, lastMessageAt, responses }
}

/** The UTC day of a moment: `2026-01-31`. */
export function dayOf(at: Millis): string {
  return new Date(at).toISOString().slice(0, 10)
}
