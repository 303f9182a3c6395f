import assert from 'node:assert/strict'
import type { DomainEvent, EventsRecord, Message, Store, Threadkeep } from '@threadkeep/core'
import { isThreadkeepError, names, outboxShards, scan, shardOf, token } from '@threadkeep/core'
import { checkHistory } from '../order/check-history.ts'
import type { History } from '../order/history.ts'
import { owner } from './threads.ts'

const admin = { userId: 'root', scopes: ['admin'] as const }

/**
 * Throws unless the thread holds everything that was acknowledged, gapless and in order, and every message has its one event: kept, and
 * waiting in the outbox exactly as long as the statistics have not counted it.
 */
export async function verifyThread(
  store: Store,
  { threads, messages }: Threadkeep,
  threadId: string,
  history: History,
): Promise<void> {
  const thread = await threads.get(owner, threadId).catch((error: unknown) => {
    if (isThreadkeepError(error, 'NOT_FOUND')) return undefined
    throw error
  })
  const found: Message[] = []
  if (thread) for await (const batch of messages.stream(owner, threadId, { batchSize: 100 })) found.push(...batch)
  const final = found.map(({ seq, clientId }) => ({ seq, clientId: clientId! }))
  const faults = checkHistory(history, final)
  assert.equal(faults.length, 0, `${threadId}: ${faults.slice(0, 5).join('; ')}`)
  if (!thread) return
  assert.deepEqual([thread.seq, thread.messageCount], [found.length, found.length], `the counts of ${threadId}`)

  const stream = token(threadId)
  const events = await eventsIn(store, names.events(stream))
  assert.deepEqual(
    events.map(({ eventSeq }) => eventSeq),
    Array.from({ length: thread.eventSeq }, (_, index) => index + 1),
    `the events of ${threadId} have no gap`,
  )
  assert.deepEqual(
    events.filter(({ type }) => type === 'message.created').map(({ seq, messageId }) => `${seq} ${messageId}`),
    found.map(({ seq, id }) => `${seq} ${id}`),
    `each message of ${threadId} has its event`,
  )
  const [tally] = await store.get([{ collection: names.statsStreams, key: stream }])
  const counted = (tally?.value['eventSeq'] as number | undefined) ?? 0
  assert.deepEqual(
    await eventsIn(store, names.outbox(shardOf(stream)), `${stream}/`),
    events.filter(({ eventSeq }) => eventSeq > counted),
    `the outbox holds what of ${threadId} is not counted yet`,
  )
}

/** Throws unless, once all events have been taken, the outbox is empty and the statistics equal a recount. */
export async function verifySettled(store: Store, { projections, stats }: Threadkeep): Promise<void> {
  await projections.settle()
  for (let shard = 0; shard < outboxShards; shard++) {
    assert.deepEqual(await store.list(names.outbox(shard), { limit: 1 }), [], 'the outbox is empty')
  }
  assert.deepEqual(await stats.reconcile(admin), [], 'the statistics equal a recount')
}

async function eventsIn(store: Store, collection: string, prefix?: string): Promise<readonly DomainEvent[]> {
  const events: DomainEvent[] = []
  for await (const { value } of scan(store, collection, prefix === undefined ? {} : { prefix }))
    events.push(...(value as unknown as EventsRecord).events)
  return events
}
