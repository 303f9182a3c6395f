import assert from 'node:assert/strict'
import type { Actor, Message } from '@threadkeep/core'
import { names, outboxShards } from '@threadkeep/core'
import type { Ledger } from './ledger.ts'
import type { Subscriber } from './subscriber.ts'
import type { World } from './world.ts'

const alice: Actor = { userId: 'alice' }
const admin: Actor = { userId: 'root', scopes: ['admin'] }

/** Every promise, once nothing fails any more: throws at the first that does not hold. */
export async function verify(
  world: World,
  ledger: Ledger,
  threadIds: readonly string[],
  subscribers: readonly Subscriber[],
): Promise<void> {
  const threadkeep = world.processes[1]!
  // Everything that got no answer is sent again under its client id: it must end as one message.
  for (const one of ledger.messages) {
    if (one.id !== undefined) continue
    const actor = { userId: one.authorId }
    const sent = await threadkeep.messages
      .append(actor, one.threadId, {
        clientId: one.clientId,
        content: one.content,
        ...(one.ttl !== undefined && { ttl: one.ttl }),
      })
      .catch((error: Error) => error)
    if (sent instanceof Error) {
      // What has expired cannot be answered any more.
      assert.ok(one.ttl !== undefined, `repeating ${one.clientId}: ${sent.message}`)
      one.uncertain = true
      continue
    }
    one.id = sent.message.id
    one.seq = sent.message.seq
    // Sent anew, its life begins anew.
    if (one.ttl !== undefined) one.uncertain = true
  }
  // A last event wakes whoever missed a hint.
  for (const threadId of threadIds) await threadkeep.threads.update(alice, threadId, { title: 'healed' })
  await threadkeep.jobs.expire(admin)
  await threadkeep.projections.settle()

  for (const [i, threadId] of threadIds.entries()) {
    const messages = await readAll(world, threadId)
    const thread = await threadkeep.threads.get(alice, threadId)
    const byClientId = new Map<string, Message>()
    for (const message of messages) {
      assert.ok(!byClientId.has(message.clientId!), `${message.clientId} is there twice`)
      byClientId.set(message.clientId!, message)
    }
    for (const one of ledger.acknowledged(threadId)) {
      const found = byClientId.get(one.clientId)
      if (one.uncertain && !one.removed) continue
      const gone = one.removed || (one.expiresAt !== undefined && one.expiresAt <= world.clock.now())
      if (gone) {
        assert.equal(found, undefined, `${one.clientId} must be gone`)
        continue
      }
      assert.ok(found, `${one.clientId} was acknowledged and is lost`)
      assert.deepEqual(
        [found.id, found.seq, found.content],
        [one.id, one.seq, one.content],
        `${one.clientId} is not what was acknowledged`,
      )
    }
    const seqs = messages.map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].sort((a, b) => a - b),
      'places rise and are used once',
    )
    assert.ok(
      seqs.every((seq) => seq >= 1 && seq <= thread.seq),
      'no place is beyond the thread',
    )
    assert.equal(thread.messageCount, messages.length, `the count of ${threadId}`)
    await caughtUp(subscribers[i]!, (await threadkeep.threads.get(alice, threadId)).eventSeq, threadId)
  }
  for (let shard = 0; shard < outboxShards; shard++) {
    assert.deepEqual(await world.store.list(names.outbox(shard), { limit: 1 }), [], 'the outbox is empty')
  }
  assert.deepEqual(await threadkeep.stats.reconcile(admin), [], 'the statistics equal a recount')
}

async function readAll(world: World, threadId: string): Promise<readonly Message[]> {
  const found: Message[] = []
  for await (const batch of world.processes[1]!.messages.stream(alice, threadId, { batchSize: 500 }))
    found.push(...batch)
  return found
}

/** The subscriber has seen every event once, in order. A last event wakes it. */
async function caughtUp(subscriber: Subscriber, eventSeq: number, threadId: string): Promise<void> {
  for (let turn = 0; turn < 2_000 && (subscriber.seen[subscriber.seen.length - 1] ?? 0) < eventSeq; turn++) {
    await new Promise((resolve) => setTimeout(resolve, turn < 50 ? 0 : 5))
  }
  assert.deepEqual(
    subscriber.seen,
    Array.from({ length: eventSeq }, (_, i) => i + 1),
    `the subscriber of ${threadId} has seen every event once, in order`,
  )
}
