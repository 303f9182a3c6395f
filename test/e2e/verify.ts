import type { Parsed } from '@threadkeep/gateway/harness'
import { expect } from 'vitest'
import { checkHistory } from '../reliability/order/check-history.ts'
import type { Cluster } from './cluster.ts'
import type { Heard, Listener } from './listen.ts'
import type { Person } from './person.ts'
import { createPerson } from './person.ts'
import type { Played } from './play.ts'
import type { Shown } from './talk.ts'
import { readThread, send } from './talk.ts'

const patience = { timeout: 60_000, interval: 200 }

/** Holds when every promise was kept, as far as can be seen from outside. Answers how many messages there are. */
export async function verify(cluster: Cluster, { people, histories, listeners, viewer }: Played): Promise<number> {
  const [owner] = people as [Person, ...Person[]]
  const operator = await createPerson(cluster.gateways, 'operator', ['admin', 'stats:system', 'search:any'])
  const threads = new Map<string, readonly Shown[]>()
  for (const [threadId, history] of histories) {
    const shown = await readThread(owner, threadId)
    threads.set(threadId, shown)
    expect(checkHistory(history, shown), threadId).toEqual([])
    expect(history.appends.every(({ outcome }) => outcome === 'ok')).toBe(true)
  }
  for (const [threadId, shown] of threads) {
    await expectRetriesAnswerTheFirst(owner, threadId, shown)
    for (const listener of listeners.get(threadId)!)
      await expectHeardOnce(listener, (heard) => heard.threadId === threadId, shown)
    await expectHeardOnce(viewer, (heard) => heard.threadId === threadId, shown)
    await expectFound(owner, threadId, shown)
  }
  const total = [...threads.values()].flat().length
  await expectCounted(operator, threads, total)
  return total
}

/** Sent again through the other gateway, a message has the place that it had. */
async function expectRetriesAnswerTheFirst(owner: Person, threadId: string, shown: readonly Shown[]): Promise<void> {
  const own = shown.filter(({ clientId }) => clientId.startsWith(`${owner.id}-`)).slice(-5)
  for (const [gateway, { id, seq, clientId }] of own.entries())
    expect(await send(owner, gateway, threadId, clientId)).toEqual({ id, seq, deduplicated: true })
}

/** Every message was told of once, in order. */
async function expectHeardOnce(
  listener: Listener,
  about: (heard: Heard) => boolean,
  shown: readonly Shown[],
): Promise<void> {
  const seqs = (): readonly number[] => listener.heard.filter(about).map(({ seq }) => seq)
  await expect.poll(() => seqs().length, patience).toBeGreaterThanOrEqual(shown.length)
  expect(seqs()).toEqual(shown.map(({ seq }) => seq))
  expect(listener.gaps).toBe(0)
}

/** Search finds every message of the thread, and says that nothing is waiting. */
async function expectFound(person: Person, threadId: string, shown: readonly Shown[]): Promise<void> {
  const query = `query ($threadIds: [ID!], $after: Cursor) {
    search(query: "spoken", filter: { threadIds: $threadIds }, first: 100, after: $after) {
      nodes { message { id } } nextCursor indexedThrough
    }
  }`
  const find = async (): Promise<Parsed> => {
    const found: string[] = []
    for (let after: string | undefined; ; ) {
      const { search } = await person.insist(1, query, { threadIds: [threadId], after })
      found.push(...search.nodes.map((node: Parsed) => node.message.id))
      if (search.nextCursor === null) return { found: found.toSorted(), indexedThrough: search.indexedThrough }
      after = search.nextCursor
    }
  }
  const all = shown.map(({ id }) => id).toSorted()
  await expect.poll(find, patience).toEqual({ found: all, indexedThrough: null })
}

/** Statistics say everything is counted, equal what was seen, and equal a recount. */
async function expectCounted(
  operator: Person,
  threads: ReadonlyMap<string, readonly Shown[]>,
  total: number,
): Promise<void> {
  const query = '{ systemStats { totalMessages totalThreads asOf } }'
  const counted = async (): Promise<Parsed> => {
    const began = Date.now()
    const { totalMessages, totalThreads, asOf } = (await operator.insist(0, query)).systemStats
    return { totalMessages, totalThreads, current: Date.parse(asOf) >= began }
  }
  await expect.poll(counted, patience).toEqual({ totalMessages: total, totalThreads: threads.size, current: true })
  const reconcile = 'mutation { reconcileStats(input: {}) { drifts { what stored counted } userErrors { code } } }'
  for (const gateway of [0, 1]) expect((await operator.insist(gateway, reconcile)).reconcileStats.drifts).toEqual([])
}
