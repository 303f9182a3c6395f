import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import type { DueRecord } from '../../domain/kernel/due.ts'
import { placeRecordAt } from '../../domain/kernel/message-places.ts'
import { at, names, outboxShards, seqKey, timeKey, token } from '../../domain/kernel/names.ts'
import { recencyOf } from '../../domain/kernel/recency.ts'
import type { MemberRecord, MessageRecord, RecencyRecord, ThreadRecord } from '../../domain/kernel/records.ts'
import { asRecord } from '../../domain/kernel/records.ts'
import type { Clock } from '../../store/clock.ts'
import { scan } from '../../store/scan.ts'
import type { Store } from '../../store/types.ts'
import { ok, same } from '../expect.ts'

/** What soundness is judged on. */
interface Grounds {
  readonly chat: Threadkeep
  readonly store: Store
  readonly clock: Clock
}

const admin: Actor = { userId: 'auditor', scopes: ['admin'] }

/**
 * Demands that the records of a domain hang together: counts, indexes, due notes and recency entries of every thread, an empty outbox, and
 * statistics that equal a recount.
 */
export async function assertSound({ chat, store, clock }: Grounds): Promise<void> {
  await chat.projections.settle()
  for (let shard = 0; shard < outboxShards; shard++)
    same((await store.list(names.outbox(shard), { limit: 1 })).length, 0, `outbox ${shard} is empty`)
  for await (const { value } of scan(store, names.threads)) {
    const thread = asRecord<ThreadRecord>(value)
    // Of a purged thread only its gravestone is left.
    if (thread.title !== undefined) await assertThread(store, thread, clock.now())
  }
  same(await chat.stats.reconcile(admin), [], 'the statistics equal a recount')
}

async function assertThread(store: Store, thread: ThreadRecord, now: number): Promise<void> {
  const { id } = thread
  const messages = await all<MessageRecord>(store, names.messages(id))
  const due = await all<DueRecord>(store, names.dueOf(id))
  const live = messages.filter(({ deletedAt }) => deletedAt === undefined)
  const gone = due.filter(({ seq }) => !messages.some((message) => message.seq === seq))
  ok(
    gone.every(({ dueAt }) => dueAt <= now),
    `thread ${id}: what waits to be counted out has expired`,
  )
  same(thread.messageCount, live.length + gone.length, `thread ${id}: messageCount`)
  ok(
    messages.every(({ seq }) => seq <= thread.seq),
    `thread ${id}: no message beyond its seq`,
  )
  same(
    messages.map(({ threadId }) => threadId).filter((of) => of !== id),
    [],
    `thread ${id}: messages know their thread`,
  )
  const index = await all<{ seq: number }>(store, names.messageIds(id), true)
  same(
    index.map(({ key, seq }) => [key, seq]).sort(),
    messages.flatMap((message) => (placeRecordAt(id, message) ? [[token(message.id), message.seq]] : [])).sort(),
    `thread ${id}: where ids lead that do not say so`,
  )
  const expiring = live.filter(({ expiresAt }) => expiresAt !== undefined)
  same(
    due
      .filter(({ seq }) => messages.some((message) => message.seq === seq))
      .map(({ seq, dueAt }) => [seq, dueAt])
      .sort(),
    expiring.map(({ seq, expiresAt }) => [seq, expiresAt]).sort(),
    `thread ${id}: a due note for each message that expires`,
  )
  for (const { dueAt } of due) ok((thread.nextDueAt ?? dueAt + 1) <= dueAt, `thread ${id}: nextDueAt is not too late`)
  if (thread.nextDueAt !== undefined) {
    const [noted] = await store.get([at(names.due, `${timeKey(thread.nextDueAt)}/${token(id)}`)])
    ok(noted, `thread ${id}: stands in the index of due threads`)
  }
  await assertMembers(store, thread)
}

async function assertMembers(store: Store, thread: ThreadRecord): Promise<void> {
  const members = await all<MemberRecord>(store, names.members(thread.id))
  same(thread.memberCount, members.length, `thread ${thread.id}: memberCount`)
  for (const member of members) {
    const entries = (await all<RecencyRecord>(store, names.threadsOf(member.userId), true)).filter(
      ({ threadId }) => threadId === thread.id,
    )
    same(
      entries.map(({ key, archived }) => [key, archived]),
      [[`${timeKey(recencyOf(thread, member))}/${token(thread.id)}`, member.archived]],
      `thread ${thread.id}: one recency entry for ${member.userId}`,
    )
  }
  if (members.length > 0 && thread.deletedAt === undefined)
    ok(
      members.some(({ role, userId }) => role === 'owner' && userId === thread.ownerId) || thread.legalHold,
      `thread ${thread.id}: its owner is one of its owners`,
    )
  same(seqKey(thread.eventSeq).length, 12, `thread ${thread.id}: its numbers fit their keys`)
}

async function all<T extends object>(
  store: Store,
  collection: string,
  keyed = false,
): Promise<(T & { key: string })[]> {
  const found: (T & { key: string })[] = []
  for await (const { key, value } of scan(store, collection))
    found.push({ ...asRecord<T>(value), ...(keyed && { key }) } as T & { key: string })
  return found
}
