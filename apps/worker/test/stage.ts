import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '@threadkeep/adapters'
import { ofTenant } from '@threadkeep/adapters'
import type { Actor, Threadkeep } from '@threadkeep/core'
import { createThreadkeep, localLiveBus, memorySearchIndex, memoryStore } from '@threadkeep/core'
import type { Clock, Store } from '@threadkeep/core/store'
import { systemClock } from '@threadkeep/core/store'
import { createTopics } from '@threadkeep/events-kafka'
import type { Service } from '@threadkeep/test-support/services'
import { expect } from 'vitest'
import type { WorkerOptions } from '../src/worker.ts'

export const admin: Actor = { userId: 'root', scopes: ['admin', 'stats:system', 'search:any'] }

/** A backend in memory, as several processes would share a database. */
export function memoryBackend(store: Store = memoryStore()): Backend {
  return { store, search: memorySearchIndex(), live: localLiveBus(), projector: 'external', close: async () => {} }
}

/** A log of a test's own, its topics made. */
export async function openLog(kafka: Service): Promise<string> {
  const { url, name } = await kafka.open()
  await createTopics({ url: `${url}/${name}` }, { partitions: 8, replicationFactor: 1 })
  return `${url}/${name}`
}

/** What a test's worker is started with, all jobs but expiry. */
export function workerOptions(backend: Backend, events: string): WorkerOptions {
  return {
    backend,
    events,
    jobs: ['relay', 'indexing', 'statistics'],
    host: '127.0.0.1',
    port: 0,
    leaseLife: 2_000,
    sessionTimeout: 6_000,
    report: () => {},
  }
}

/** The Threadkeep of a gateway: it leaves its events to workers. */
export function gatewayOf(backend: Backend, tenant = '', clock: Clock = systemClock): Threadkeep {
  return createThreadkeep({ ...ofTenant(backend, tenant), clock })
}

/** A user with a thread and messages in it. */
export async function chat(keep: Threadkeep, userId: string, texts: readonly string[]): Promise<string> {
  const actor: Actor = { userId }
  const thread = await keep.threads.create(actor, { title: userId })
  for (const content of texts) await keep.messages.append(actor, thread.id, { role: 'user', content })
  return thread.id
}

/** Waits until statistics and index say that nothing waits. */
export async function caughtUp(keep: Threadkeep, timeout = 20_000, clock: Clock = systemClock): Promise<void> {
  const giveUpAt = performance.now() + timeout
  for (;;) {
    const { indexedThrough } = await keep.search.messages(admin, { query: 'hello', anyUser: true, limit: 1 })
    const began = clock.now()
    const { asOf } = await keep.stats.system(admin)
    if (indexedThrough === undefined && asOf >= began) return
    if (performance.now() > giveUpAt) throw new Error(`Not caught up: indexed ${indexedThrough}, counted ${asOf}`)
    await sleep(50)
  }
}

/** Holds when statistics agree with what is stored, and every message of these threads is found. */
export async function expectExact(keep: Threadkeep, messages: number, threadIds: readonly string[]): Promise<void> {
  expect(await keep.stats.reconcile(admin)).toEqual([])
  expect((await keep.stats.system(admin)).totalMessages).toBe(messages)
  let found = 0
  for (let from = 0; from < threadIds.length; from += 10) {
    const ask = { query: 'hello', anyUser: true, limit: 100, threadIds: threadIds.slice(from, from + 10) }
    let after: string | undefined
    do {
      const answer = await keep.search.messages(admin, { ...ask, ...(after && { after }) })
      found += answer.results.length
      after = answer.nextCursor
    } while (after !== undefined)
  }
  expect(found).toBe(messages)
}
