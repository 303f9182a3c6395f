import { expect, test } from 'vitest'
import { memoryStore } from '../../memory/memory-store.ts'
import { forward } from '../../store/forward.ts'
import type { Store } from '../../store/types.ts'
import { createThreadkeep } from '../create-threadkeep.ts'
import type { DomainEvent, MessageFacts } from '../events/event.ts'

const ada = { userId: 'ada' }
const counter = { userId: 'counter', scopes: ['stats:system' as const] }
const facts: MessageFacts = { role: 'user', kind: 'message', authorId: 'ada', createdAt: 1_000, length: 3, bytes: 3 }

/** The statistics of a store nobody else writes to, and a stream of events told by hand. */
function byHand(store: Store = memoryStore()) {
  const chat = createThreadkeep({ store, projector: 'external' })
  let eventSeq = 0
  const event = (type: DomainEvent['type'], rest: Partial<DomainEvent> = {}): DomainEvent => {
    const common = { stream: 't', threadId: 't', actorId: 'ada', at: 1_000 }
    return { ...common, ...rest, type, eventSeq: ++eventSeq }
  }
  const tell = (...events: DomainEvent[]) => chat.projections.statistics.apply(events)
  const sums = async () => {
    const { totalThreads, totalMessages, storageBytes } = await chat.stats.system(counter)
    return [totalThreads, totalMessages, storageBytes]
  }
  return { chat, event, tell, sums }
}

test('a thread that is deleted leaves the sums once, and comes back once, with what changed meanwhile', async () => {
  const { chat, event, tell, sums } = byHand()
  await tell(event('thread.created'), event('message.created', { message: facts }))
  await tell(event('message.created', { message: facts }))
  expect(await sums()).toEqual([1, 2, 6])
  await tell(event('thread.deleted'), event('thread.deleted'))
  expect(await sums()).toEqual([0, 0, 0])
  await tell(event('message.edited', { message: { ...facts, bytes: 10 }, before: facts }))
  await tell(event('message.expired', { message: facts }))
  expect(await sums()).toEqual([0, 0, 0])
  await tell(event('thread.restored'), event('thread.restored'))
  expect(await sums()).toEqual([1, 1, 10])
  await chat.close()
})

test('events without the facts they should carry count nothing and stop nobody', async () => {
  const { chat, event, tell, sums } = byHand()
  await tell(event('thread.created'))
  for (const type of ['message.created', 'message.restored', 'message.removed', 'message.edited'] as const)
    await tell(event(type))
  await tell({ ...event('attachment.ready'), stream: 'file/f', eventSeq: 1 })
  await tell({ ...event('attachment.removed'), stream: 'file/f', eventSeq: 2 })
  await tell({ ...event('message.created', { message: facts }), eventSeq: 6 })
  expect(await sums()).toEqual([1, 1, 3])
  await chat.close()
})

test('a recount of a deleted thread leaves the sums without it', async () => {
  const { chat, sums } = byHand()
  const quiet = chat.projections.statistics
  const { id } = await chat.threads.create(ada)
  await chat.messages.append(ada, id, { content: 'one' })
  await quiet.recount(id)
  expect(await sums()).toEqual([1, 1, 3])
  await chat.threads.delete(ada, id)
  expect(await quiet.recount(id)).toMatchObject({ shown: false, messages: 1 })
  expect(await sums()).toEqual([0, 0, 0])
  await quiet.recount(id)
  expect(await sums()).toEqual([0, 0, 0])
  await chat.threads.restore(ada, id)
  await quiet.recount(id)
  expect(await sums()).toEqual([1, 1, 3])
  await chat.close()
})

test('a thread that does not exist has nothing to recount', async () => {
  const { chat, event, tell, sums } = byHand()
  expect(await chat.projections.statistics.recount('none')).toBeUndefined()
  event('thread.created')
  await tell(event('message.created', { message: facts }))
  expect(await sums(), 'a gap in what cannot be recounted: the event itself counts').toEqual([0, 1, 3])
  await chat.close()
})

test('who never gets to commit is told that too many are writing, and may come again', async () => {
  const inner = memoryStore()
  const taken = { collection: 'c', key: 'k' }
  await inner.commit([{ type: 'put', at: taken, value: {} }])
  let commits = 0
  const store = forward(inner, {
    commit(changes, options) {
      commits++
      return inner.commit([{ type: 'check', at: taken, version: null }, ...changes], options)
    },
  })
  const { chat, event, tell } = byHand(store)
  await expect(tell(event('thread.created'))).rejects.toMatchObject({ code: 'CONFLICT', retryable: true })
  expect(commits).toBeGreaterThan(10)
  await chat.close()
})
