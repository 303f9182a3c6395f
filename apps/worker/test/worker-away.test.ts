import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendUrls } from '@threadkeep/adapters'
import { openBackend } from '@threadkeep/adapters'
import type { Actor } from '@threadkeep/core'
import { names, outboxShards } from '@threadkeep/core'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startWorker } from '../src/worker.ts'
import { admin, caughtUp, expectExact, gatewayOf, openLog, workerOptions } from './stage.ts'

const kafka = await service('kafka')
const [mongodb, postgres, redis] = [await service('mongodb'), await service('postgres'), await service('redis')]
const ada: Actor = { userId: 'ada' }
const oneHour = 3_600_000
/** Seconds that a passing message lives. */
const ttl = 1_800

const stores: readonly { readonly title: string; readonly available: boolean; urls(): Promise<BackendUrls> }[] = [
  {
    title: 'SQLite',
    available: true,
    async urls() {
      const dir = mkdtempSync(join(tmpdir(), 'threadkeep-worker-'))
      onTestFinished(() => rmSync(dir, { recursive: true }))
      return { store: `sqlite:${join(dir, 'chat.db')}` }
    },
  },
  { title: 'MongoDB', available: mongodb.available, urls: async () => ({ store: (await mongodb.open()).url }) },
  { title: 'PostgreSQL', available: postgres.available, urls: async () => ({ store: (await postgres.open()).url }) },
  {
    title: 'Redis',
    available: redis.available,
    async urls() {
      const { url, name } = await redis.open()
      return { store: `${url}?namespace=${name}`, search: 'memory:' }
    },
  },
]

for (const { title, available, urls } of stores) {
  describe.skipIf(!kafka.available || !available)(`while no worker runs for an hour, on ${title}`, () => {
    test('what expires is gone for everybody, search and statistics say how far they go, and afterwards all is caught up', async () => {
      let passed = 0
      const clock = { now: () => Date.now() + passed }
      const backend = await openBackend({ ...(await urls()), external: true }, { clock })
      onTestFinished(() => backend.close())
      const keep = gatewayOf(backend, '', clock)
      const log = await openLog(kafka)
      const options = { ...workerOptions(backend, log), clock }
      const say = async (threadId: string, content: string, lives?: number) =>
        (await keep.messages.append(ada, threadId, { role: 'user', content, ...(lives && { ttl: lives }) })).message
      const found = async () => {
        const answer = await keep.search.messages(admin, { query: 'hello', anyUser: true, limit: 100 })
        return { ...answer, texts: answer.results.map(({ message }) => message.id).toSorted() }
      }

      const first = await startWorker(options)
      const read = (await keep.threads.create(ada, { title: 'read while no worker runs' })).id
      const unread = (await keep.threads.create(ada, { title: 'left alone' })).id
      const [kept, passing] = [await say(read, 'hello, kept'), await say(read, 'hello, passing', ttl)]
      const [still, unseen] = [await say(unread, 'hello, still there'), await say(unread, 'hello, unseen', ttl)]
      await caughtUp(keep, 60_000, clock)
      expect((await found()).texts).toEqual([kept.id, passing.id, still.id, unseen.id].toSorted())
      await first.close()

      passed += 60_000
      const missed = await say(read, 'hello, not indexed')
      const missedPassing = await say(unread, 'hello, not indexed and passing', ttl)
      await keep.messages.delete(ada, read, kept.id, { mode: 'hard' })
      passed += oneHour

      // Nothing has swept: the records themselves are not there any more.
      const stored = await Promise.all(
        [read, unread].map((threadId) => backend.store.list(names.messages(threadId), { limit: 100 })),
      )
      expect(stored.flat().map(({ value }) => value['id'])).toEqual([missed.id, still.id])
      const behind = await found()
      expect(behind.texts).toEqual([still.id])
      expect(behind.indexedThrough).toBeGreaterThanOrEqual(unseen.createdAt)
      expect(behind.indexedThrough).toBeLessThanOrEqual(missed.createdAt)
      expect((await keep.stats.system(admin)).asOf).toBeLessThanOrEqual(missed.createdAt)

      for (const gone of [passing, kept])
        await expect(keep.messages.get(ada, read, gone.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect((await keep.messages.page(ada, read)).items.map(({ id }) => id)).toEqual([missed.id])
      expect((await keep.threads.get(ada, read)).messageCount).toBe(1)
      expect((await keep.stats.user(ada, 'ada')).totalMessages).toBe(2)
      await expect(keep.messages.get(ada, unread, missedPassing.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect((await found()).indexedThrough).toBe(behind.indexedThrough)
      expect((await keep.stats.system(admin)).asOf).toBeLessThanOrEqual(missed.createdAt)

      await using worker = await startWorker({
        ...options,
        jobs: ['relay', 'indexing', 'statistics', 'expiry'],
        expiryEvery: 200,
      })
      void worker
      await caughtUp(keep, 60_000, clock)
      expect((await found()).texts).toEqual([missed.id, still.id].toSorted())
      await expectExact(keep, 2, [read, unread])
      for (let shard = 0; shard < outboxShards; shard++)
        expect(await backend.store.list(names.outbox(shard), { limit: 1 })).toEqual([])
      expect(await backend.store.list(names.due, { limit: 1 })).toEqual([])
      expect((await keep.stats.thread(ada, unread)).messageCount).toBe(1)
    }, 180_000)
  })
}
