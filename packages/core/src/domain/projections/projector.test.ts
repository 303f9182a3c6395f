import { expect, test } from 'vitest'
import { eventually } from '../../conformance/domain/people.ts'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { memoryStore } from '../../memory/memory-store.ts'
import { memorySearchIndex } from '../../search/memory-search-index.ts'
import { createThreadkeep } from '../create-threadkeep.ts'
import { names, outboxShards } from '../kernel/names.ts'

const ada = { userId: 'ada' }
const counter = { userId: 'counter', scopes: ['stats:system' as const] }

/** A Threadkeep whose index can be made to fail. */
function fragile() {
  const store = memoryStore()
  const index = memorySearchIndex()
  const state = { broken: false }
  const errors: unknown[] = []
  const search = {
    ...index,
    apply: (...call: Parameters<typeof index.apply>) =>
      state.broken ? Promise.reject(new ThreadkeepError('UNAVAILABLE', 'The index is away.')) : index.apply(...call),
  }
  const chat = createThreadkeep({ store, search, hooks: { onError: (error) => void errors.push(error) } })
  const waiting = async () => {
    const shards = Array.from({ length: outboxShards }, (_, shard) => store.list(names.outbox(shard), { limit: 1 }))
    return (await Promise.all(shards)).flat().length
  }
  return { chat, store, state, errors, waiting }
}

test('what the index could not take waits, is reported, and is tried again by itself', async () => {
  const { chat, state, errors, waiting } = fragile()
  state.broken = true
  const { id } = await chat.threads.create(ada)
  await chat.messages.append(ada, id, { content: 'needle' })
  await eventually(() => errors.length > 0, 'reported')
  expect(errors[0]).toMatchObject({ code: 'UNAVAILABLE' })
  expect(await waiting()).toBe(1)
  await expect(chat.projections.settle()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  state.broken = false
  await eventually(async () => (await waiting()) === 0, 'tried again')
  expect((await chat.search.messages(ada, { query: 'needle' })).results).toHaveLength(1)
  await chat.close()
})

test('a projector that is closed projects nothing more, whoever commits; what waits is taken by the next', async () => {
  const { chat, store, state, errors, waiting } = fragile()
  const { id } = await chat.threads.create(ada)
  await chat.projections.settle()
  state.broken = true
  await chat.messages.append(ada, id, { content: 'x' })
  await chat.projections.settle().catch(() => {})
  await chat.close()
  state.broken = false
  await chat.projections.settle()
  expect([await waiting(), errors]).toEqual([1, []])
  const next = createThreadkeep({ store })
  await next.projections.settle()
  expect((await next.stats.system(counter)).totalMessages).toBe(1)
  await next.close()
})

test('more commits than one batch takes are all counted', async () => {
  const { chat, store } = fragile()
  const quiet = createThreadkeep({ store, projector: 'external' })
  const { id } = await quiet.threads.create(ada)
  for (let n = 0; n < 130; n++) await quiet.messages.append(ada, id, { content: String(n) })
  await chat.projections.settle()
  expect((await chat.stats.thread(ada, id)).messageCount).toBe(130)
  await quiet.close()
  await chat.close()
})
