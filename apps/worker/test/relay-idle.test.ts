import type { Backend } from '@threadkeep/adapters'
import { ofTenant } from '@threadkeep/adapters'
import type { EventSink, LogRecord } from '@threadkeep/core'
import { at, localLiveBus, memoryStore, outboxShards } from '@threadkeep/core'
import { forward, systemClock } from '@threadkeep/core/store'
import type { TestContext } from 'vitest'
import { describe, test } from 'vitest'
import { logValueOf } from '../src/log-value.ts'
import { startRelay } from '../src/relay/relay.ts'
import { openTenants } from '../src/tenants.ts'
import { gatewayOf } from './stage.ts'

/** The events of a new thread. */
const created = 2
const patience = { timeout: 60_000, interval: 50 }

/** A relay of many tenants on a store that counts how often an outbox is looked at, with a log that keeps what it is given. */
async function stage({ expect, onTestFinished }: TestContext, count: number) {
  const looks = new Map<string, number>()
  const base = memoryStore()
  const store = forward(base, {
    list(collection, range, options) {
      if (/outbox/.test(collection)) looks.set(collection, (looks.get(collection) ?? 0) + 1)
      return base.list(collection, range, options)
    },
  })
  const backend: Backend = { store, live: localLiveBus(), projector: 'external', close: () => base.close() }
  const names = Array.from({ length: count }, (_, n) => (n === 0 ? '' : `tenant-${n}`))
  for (const name of names.slice(1))
    await ofTenant(backend, name).store.commit([{ type: 'put', at: at('settings', 'here'), value: {} }])
  const relayed: LogRecord[] = []
  const sink: EventSink = {
    append: async (_, records) => relayed.push(...records),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  const tenants = openTenants(backend, systemClock, () => {})
  const errors: unknown[] = []
  const relay = startRelay({
    ...{ tenants, sink, clock: systemClock, holder: 'only' },
    onRelayed: () => {},
    onError: (error) => errors.push(error),
  })
  onTestFinished(async () => {
    await relay.stop()
    await tenants.close()
    await backend.close()
    expect(errors).toEqual([])
  })
  const total = (): number => [...looks.values()].reduce((a, b) => a + b, 0)
  return {
    backend,
    names,
    looks,
    total,
    /** Answers when nothing has come for so long that everybody is looked at as seldom as can be. */
    idle: () =>
      expect
        .poll(() => looks.size === count * outboxShards && Math.min(...looks.values()), patience)
        .toBeGreaterThan(13),
    /** What the log was given of a thread: its numbers. */
    seqsOf: (threadId: string) =>
      relayed
        .flatMap((record) => logValueOf({ ...record, lane: 0, position: 0 }).events)
        .filter((event) => event.threadId === threadId)
        .map(({ eventSeq }) => eventSeq),
  }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1)

/** Holds when each outbox is looked at every three seconds at most. */
async function expectSeldom(expect: TestContext['expect'], looks: ReadonlyMap<string, number>): Promise<void> {
  const before = new Map(looks)
  const began = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  // An eighth sooner where that saves a round, and one look at either end.
  const most = Math.ceil((performance.now() - began) / (3_000 * (7 / 8))) + 1
  for (const [collection, times] of looks) expect(times - before.get(collection)!, collection).toBeLessThanOrEqual(most)
}

describe.concurrent('an idle relay', { timeout: 120_000 }, () => {
  test('of 200 tenants looks at each outbox every three seconds; a hint brings events to the log long before, once and in order', async (context) => {
    const { expect } = context
    const { backend, names, looks, idle, total, seqsOf } = await stage(context, 200)
    await idle()
    await expectSeldom(expect, looks)
    let meanwhile = 0
    const talks = names.slice(40, 48)
    for (const name of talks) {
      const keep = gatewayOf(backend, name)
      const before = total()
      const { id } = await keep.threads.create({ userId: 'ada' })
      await expect.poll(() => seqsOf(id), { ...patience, interval: 2 }).toEqual(upTo(created))
      meanwhile += total() - before
      await Promise.all(upTo(30).map((n) => keep.messages.append({ userId: 'ada' }, id, { content: String(n) })))
      await expect.poll(() => seqsOf(id).length, patience).toBeGreaterThanOrEqual(created + 30)
      expect(seqsOf(id)).toEqual(upTo(created + 30))
      await keep.close()
    }
    // By looking alone half of all would have been looked at before it was found.
    expect(meanwhile).toBeLessThan((talks.length * names.length * outboxShards) / 4)
  })

  test('of one tenant and another looks no more often, and finds events of which no hint tells', async (context) => {
    const { expect } = context
    const { backend, looks, idle, seqsOf } = await stage(context, 2)
    await idle()
    await expectSeldom(expect, looks)
    const keep = gatewayOf({ ...backend, live: localLiveBus() }, 'tenant-1')
    const { id } = await keep.threads.create({ userId: 'ada' })
    await keep.messages.append({ userId: 'ada' }, id, { content: 'unheard of' })
    await expect.poll(() => seqsOf(id), patience).toEqual(upTo(created + 1))
    await keep.close()
  })
})
