import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey, threadStream, token } from '../kernel/names.ts'
import type { MessageRecord, ReceiptRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import { streamTopic } from '../live/topics.ts'
import { acceptFor } from './filter.ts'
import type { Kinds } from './kinds.ts'
import type { Receipt, Unread } from './messages.types.ts'
import type { createMessageReads } from './read.ts'
import { messageNotFound } from './read.ts'

const maxUnread = 100

/**
 * Read and delivered markers: they only move forward, each in a record of its own, outside the thread's aggregate, so that
 * a thousand readers do not stand in the way of one writer. Others hear of them by hints.
 */
export function createReceipts(
  context: Context,
  reader: ThreadReader,
  kinds: Kinds,
  reads: ReturnType<typeof createMessageReads>,
) {
  const { store, live } = context

  /** Moves markers of the actor's, never back; concurrent moves end at the furthest. */
  async function move(actor: Actor, threadId: string, next: (old: ReceiptRecord) => ReceiptRecord): Promise<Receipt> {
    const address = at(names.receipts(threadId), token(actor.userId))
    for (;;) {
      const [entry] = await store.get([address])
      const old = entry
        ? asRecord<ReceiptRecord>(entry.value)
        : { userId: actor.userId, readSeq: 0, publicReadSeq: 0, deliveredSeq: 0 }
      const moved = next(old)
      if (
        moved.readSeq === old.readSeq &&
        moved.publicReadSeq === old.publicReadSeq &&
        moved.deliveredSeq === old.deliveredSeq
      )
        return ownReceipt(old)
      const version: Version | null = entry?.version ?? null
      const done = await store.commit([
        { type: 'check', at: address, version },
        { type: 'put', at: address, value: asJson(moved) },
      ])
      if (!done.ok) continue
      if (moved.publicReadSeq !== old.publicReadSeq || moved.deliveredSeq !== old.deliveredSeq) {
        live.publish(streamTopic(threadStream(threadId)), { receipt: asJson(publicReceipt(moved)) })
      }
      return ownReceipt(moved)
    }
  }

  async function markRead(
    actor: Actor,
    threadId: string,
    to: { readonly seq: number } | { readonly messageId: string },
    options: { readonly private?: boolean } = {},
  ): Promise<Receipt> {
    const id = normalId(threadId, 'thread id')
    const { thread, member } = await reader.open(actor, id)
    if (!member) throw new ThreadkeepError('FORBIDDEN', 'Only members have read markers.')
    if (typeof to !== 'object' || to === null)
      throw new ThreadkeepError('INVALID', 'Say how far: { seq } or { messageId }.')
    const wanted = 'seq' in to ? to.seq : await reads.seqFor(actor, id, to.messageId)
    if (wanted === undefined) throw messageNotFound()
    const seq = withinThread(wanted, thread.seq)
    return move(actor, id, (old) => ({
      ...old,
      readSeq: Math.max(old.readSeq, seq),
      publicReadSeq: options.private ? old.publicReadSeq : Math.max(old.publicReadSeq, seq),
      deliveredSeq: options.private ? old.deliveredSeq : Math.max(old.deliveredSeq, seq),
    }))
  }

  async function markDelivered(actor: Actor, threadId: string, wanted: number): Promise<Receipt> {
    const id = normalId(threadId, 'thread id')
    const { thread, member } = await reader.open(actor, id)
    if (!member) throw new ThreadkeepError('FORBIDDEN', 'Only members have markers.')
    const seq = withinThread(wanted, thread.seq)
    return move(actor, id, (old) => ({ ...old, deliveredSeq: Math.max(old.deliveredSeq, seq) }))
  }

  async function receipts(actor: Actor, threadId: string): Promise<readonly Receipt[]> {
    const id = normalId(threadId, 'thread id')
    await reader.open(actor, id)
    const found: Receipt[] = []
    for await (const entry of scan(store, names.receipts(id))) {
      const record = asRecord<ReceiptRecord>(entry.value)
      found.push(record.userId === actor.userId ? ownReceipt(record) : publicReceipt(record))
    }
    return found
  }

  /** Counts by reading the messages after the marker: all threads with few of them in one store call. */
  async function unread(actor: Actor, threadIds: readonly string[]): Promise<readonly Unread[]> {
    assertCount(Math.max(1, threadIds.length), 'The number of threads', 1_000)
    const accept = acceptFor(actor, kinds)
    const counts = (record: MessageRecord): boolean => record.authorId !== actor.userId && accept(record)
    const [opened, markers] = await Promise.all([
      reader.openMany(actor, threadIds),
      store.get(threadIds.map((id) => at(names.receipts(normalId(id, 'thread id')), token(actor.userId)))),
    ])
    const found = opened.map(async (one, i): Promise<Unread | undefined> => {
      if (!one) return undefined
      const { id: threadId, seq } = one.thread
      const readSeq = (markers[i]?.value['readSeq'] as number | undefined) ?? 0
      const count = await countAfter(threadId, readSeq, seq, counts)
      return { threadId, readSeq, count: Math.min(maxUnread, count), more: count > maxUnread }
    })
    return (await Promise.all(found)).filter((one) => one !== undefined)
  }

  /** How many messages count after the marker; one more than `maxUnread` stands for any more. */
  async function countAfter(
    threadId: string,
    readSeq: number,
    seq: number,
    counts: (record: MessageRecord) => boolean,
  ): Promise<number> {
    if (seq <= readSeq) return 0
    if (seq - readSeq > maxUnread)
      return (await reads.collect(threadId, { after: seqKey(readSeq) }, maxUnread + 1, counts)).length
    const slots = Array.from({ length: seq - readSeq }, (_, i) => at(names.messages(threadId), seqKey(readSeq + 1 + i)))
    const entries = await store.get(slots)
    return entries.filter((entry) => entry && counts(asRecord<MessageRecord>(entry.value))).length
  }

  return { markRead, markDelivered, receipts, unread }
}

function withinThread(seq: number, newest: number): number {
  if (!Number.isInteger(seq) || seq < 0) throw new ThreadkeepError('INVALID', 'A seq is a whole number from 0 on.')
  return Math.min(seq, newest)
}

function ownReceipt({ userId, readSeq, deliveredSeq }: ReceiptRecord): Receipt {
  return { userId, readSeq, deliveredSeq }
}

function publicReceipt({ userId, publicReadSeq, deliveredSeq }: ReceiptRecord): Receipt {
  return { userId, readSeq: publicReadSeq, deliveredSeq }
}
