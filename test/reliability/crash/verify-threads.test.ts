import type { Store } from '@threadkeep/core'
import { createThreadkeep, memoryStore, names, shardOf, token } from '@threadkeep/core'
import { expect, it } from 'vitest'
import { recordHistory } from '../order/history.ts'
import { always, owner } from './threads.ts'
import { verifySettled, verifyThread } from './verify-threads.ts'

const stream = token(always)

/** A thread of three messages of which the statistics have counted two, and what was seen of it. */
async function written() {
  const store = memoryStore()
  const threadkeep = createThreadkeep({ store, projector: 'manual' })
  const history = recordHistory()
  await threadkeep.threads.create(owner, { id: always })
  for (const clientId of ['a', 'b', 'c']) {
    if (clientId === 'c') await threadkeep.projections.settle()
    const call = history.append(clientId)
    history.ok(call, (await threadkeep.messages.append(owner, always, { clientId, content: clientId })).message.seq)
  }
  return { store, threadkeep, history }
}

/** Removes the newest record of a collection behind everybody's back. */
async function lose(store: Store, collection: string): Promise<void> {
  const [entry] = await store.list(collection, { limit: 1, reverse: true })
  await store.commit([{ type: 'delete', at: { collection, key: entry!.key } }])
}

it('passes a thread that is whole', async () => {
  const { store, threadkeep, history } = await written()
  await verifyThread(store, threadkeep, always, history)
  await verifySettled(store, threadkeep)
  await verifyThread(store, threadkeep, always, history)
})

it.each([
  ['a message that was acknowledged', names.messages(always), 'lost: c was acknowledged at 3'],
  ['the event of a message', names.events(stream), 'the events of always have no gap'],
  ['an event that waits in the outbox', names.outbox(shardOf(stream)), 'the outbox holds what of always'],
  ['what the statistics have counted', names.statsStreams, 'the outbox holds what of always'],
  ['the thread itself', names.threads, 'lost: a was acknowledged at 1'],
])('bites when %s is lost', async (_, collection, problem) => {
  const { store, threadkeep, history } = await written()
  await lose(store, collection)
  await expect(verifyThread(store, threadkeep, always, history)).rejects.toThrow(problem)
})

it('bites when a sum of the statistics is wrong', async () => {
  const { store, threadkeep } = await written()
  await threadkeep.projections.settle()
  await lose(store, names.statsDays)
  await expect(verifySettled(store, threadkeep)).rejects.toThrow('the statistics equal a recount')
})
