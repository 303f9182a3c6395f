import type { Backend } from '@threadkeep/adapters'
import type { SearchIndex } from '@threadkeep/core'
import { memorySearchIndex, memoryStore, names } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { startWorker } from '../src/worker.ts'
import { admin, caughtUp, chat, expectExact, gatewayOf, memoryBackend, openLog, workerOptions } from './stage.ts'

const kafka = await service('kafka')

/** How writes about one thread go: badly until its records are parked, then a few more times in a way that passes. */
function badLuck() {
  let [threadId, parked, failures] = ['', false, 3]
  return {
    strike(id: string) {
      threadId = id
    },
    relent() {
      parked = true
    },
    /** Throws as long as the luck is bad. */
    check(ids: readonly string[]) {
      if (!ids.includes(threadId) || failures === 0) return
      if (!parked) throw new ThreadkeepError('INTERNAL', 'This goes wrong each time.')
      failures--
      throw new ThreadkeepError('UNAVAILABLE', 'This passes.', { retryable: true })
    },
    get isOver() {
      return failures === 0
    },
  }
}

describe.skipIf(!kafka.available)('a thread whose events went to the dead letters', () => {
  for (const tenant of ['', 'acme']) {
    test(`is counted and found as it is soon after, without another event${tenant && ', also a tenant’s'}`, async () => {
      const [counting, indexing] = [badLuck(), badLuck()]
      const [store, index] = [memoryStore(), memorySearchIndex()]
      const shared: Backend = { ...memoryBackend(store), search: index }
      const keep = gatewayOf(shared, tenant)
      const failing: Store = {
        ...store,
        async commit(changes, options) {
          const tallies = changes.filter(({ at }) => at.collection.endsWith(names.statsStreams))
          counting.check(tallies.map(({ at }) => at.key))
          return store.commit(changes, options)
        },
      }
      const failingIndex: SearchIndex = {
        ...index,
        async apply(changes, options) {
          const documents = changes.map((change) => (change.type === 'put' ? change.document : change))
          indexing.check(documents.map((one) => one.threadId.replace(/^.*\//, '')))
          return index.apply(changes, options)
        },
      }
      await using worker = await startWorker({
        ...workerOptions({ ...shared, store: failing, search: failingIndex }, await openLog(kafka)),
        report: (_, where) => {
          if (where.startsWith('statistics: ')) counting.relent()
          if (where.startsWith('indexing: ')) indexing.relent()
        },
      })
      void worker
      const calm = await chat(keep, 'eve', ['hello calm'])
      const threadId = await chat(keep, 'ada', ['hello before'])
      await caughtUp(keep, 60_000)
      counting.strike(threadId)
      indexing.strike(threadId)
      const content = ['hello one', 'hello two', 'hello three', 'hello four']
      await keep.messages.appendMany(
        { userId: 'ada' },
        threadId,
        content.map((text) => ({ role: 'user', content: text })),
      )
      await caughtUp(keep, 60_000)
      await expectExact(keep, 6, [calm, threadId])
      expect((await keep.stats.thread(admin, threadId)).messageCount).toBe(5)
      expect([counting.isOver, indexing.isOver]).toEqual([true, true])
    }, 120_000)
  }
})
