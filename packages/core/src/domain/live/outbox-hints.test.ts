import { expect, test } from 'vitest'
import { localLiveBus } from '../../local/local-live-bus.ts'
import { memoryStore } from '../../memory/memory-store.ts'
import type { JsonObject } from '../../store/types.ts'
import { createThreadkeep } from '../create-threadkeep.ts'
import { outboxShards, shardOf } from '../kernel/names.ts'
import { outboxTopic } from './topics.ts'

const ada = { userId: 'ada' }

test('where workers take the events, each commit is hinted at by its shard, many of one moment together', async () => {
  const live = localLiveBus()
  const hints: JsonObject[] = []
  await live.subscribe(outboxTopic, (hint) => hints.push(hint))
  const chat = createThreadkeep({ store: memoryStore(), live, projector: 'external' })
  const threads = await Promise.all(Array.from({ length: 30 }, (_, n) => chat.threads.create(ada, { id: `t${n}` })))
  const hinted = () => new Set(hints.flatMap(({ shards }) => shards as number[]))
  await expect.poll(() => hinted()).toEqual(new Set(threads.map(({ id }) => shardOf(id))))
  expect(hints.length).toBeLessThan(30)
  expect([...hinted()].every((shard) => Number.isInteger(shard) && shard < outboxShards)).toBe(true)
  await chat.close()
})

test('where the process takes its events itself, nobody is told', async () => {
  const live = localLiveBus()
  const hints: JsonObject[] = []
  await live.subscribe(outboxTopic, (hint) => hints.push(hint))
  const chat = createThreadkeep({ store: memoryStore(), live })
  await chat.threads.create(ada)
  await chat.projections.settle()
  expect(hints).toEqual([])
  await chat.close()
})
