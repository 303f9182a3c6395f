import { scan } from '../../store/scan.ts'
import type { MessageFacts } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import type { DueRecord } from '../kernel/due.ts'
import { at, names, threadStream, token } from '../kernel/names.ts'
import type { MessageRecord, ThreadRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import { factsOf } from '../messages/content.ts'
import type { ThreadTally } from './thread-tally.ts'
import { dayOf, emptyTally, tallyMessage } from './thread-tally.ts'

/** A thread counted from its records. */
export interface Recount {
  readonly tally: ThreadTally
  /** By UTC day. */
  readonly days: ReadonlyMap<string, number>
  /** By the author's id token. */
  readonly authors: ReadonlyMap<string, number>
}

const maxTries = 20

/**
 * Counts a thread from its messages, as of one event: the thread did not change while it was read. Undefined when there is no such
 * thread. Answers what it saw last when the thread never stands still.
 */
export async function recountThread(context: Context, threadId: string): Promise<Recount | undefined> {
  const root = at(names.threads, token(threadId))
  for (let attempt = 1; ; attempt++) {
    const [before] = await context.store.get([root])
    if (!before) return undefined
    const counted = await countMessages(context, asRecord<ThreadRecord>(before.value))
    const [after] = await context.store.get([root])
    if (after?.version === before.version || attempt === maxTries) return counted
  }
}

async function countMessages(context: Context, thread: ThreadRecord): Promise<Recount> {
  let tally: ThreadTally = { ...emptyTally(threadStream(thread.id), thread.id), shown: thread.deletedAt === undefined }
  const days = new Map<string, number>()
  const authors = new Map<string, number>()
  const count = (facts: MessageFacts): void => {
    tally = tallyMessage(tally, facts, 1, true)
    increment(days, dayOf(facts.createdAt))
    increment(authors, token(facts.authorId))
  }
  const present = new Set<number>()
  for await (const entry of scan(context.store, names.messages(thread.id))) {
    const record = asRecord<MessageRecord>(entry.value)
    present.add(record.seq)
    if (record.deletedAt === undefined) count(factsOf(record))
  }
  // What has expired counts until its event says otherwise: the event is still to come.
  for await (const entry of scan(context.store, names.dueOf(thread.id))) {
    const due = asRecord<DueRecord>(entry.value)
    if (!present.has(due.seq)) count(due.facts)
  }
  return { tally: { ...tally, eventSeq: thread.eventSeq, lastEventAt: thread.lastEventAt }, days, authors }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
