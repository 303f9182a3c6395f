import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey, threadStream, token } from '../kernel/names.ts'
import type { MessageRecord, ReceiptRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { normalId } from '../kernel/validate.ts'
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
    const wanted = 'seq' in to ? to.seq : await reads.seqOf(id, to.messageId)
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

  /** Counts by reading the messages after the marker, all threads in one store call. */
  async function unread(actor: Actor, threadIds: readonly string[]): Promise<readonly Unread[]> {
    const accept = acceptFor(actor, kinds)
    const [opened, markers] = await Promise.all([
      reader.openMany(actor, threadIds),
      store.get(threadIds.map((id) => at(names.receipts(normalId(id, 'thread id')), token(actor.userId)))),
    ])
    const spans = opened.flatMap((one, i) => {
      if (!one) return []
      const readSeq = (markers[i]?.value['readSeq'] as number | undefined) ?? 0
      return [
        {
          threadId: one.thread.id,
          readSeq,
          count: Math.min(maxUnread, one.thread.seq - readSeq),
          more: one.thread.seq - readSeq > maxUnread,
        },
      ]
    })
    const addresses = spans.flatMap(({ threadId, readSeq, count }) =>
      Array.from({ length: count }, (_, i) => at(names.messages(threadId), seqKey(readSeq + 1 + i))),
    )
    const entries = addresses.length === 0 ? [] : await store.get(addresses)
    let from = 0
    return spans.map(({ threadId, readSeq, count, more }) => {
      const own = entries.slice(from, from + count)
      from += count
      const counted = own.filter((entry) => {
        const record = entry && asRecord<MessageRecord>(entry.value)
        return record !== undefined && record.authorId !== actor.userId && accept(record)
      })
      return { threadId, readSeq, count: counted.length, more }
    })
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
