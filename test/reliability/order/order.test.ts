import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@threadkeep/core'
import { createThreadkeep, localLiveBus, memoryStore, stack } from '@threadkeep/core'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { service } from '@threadkeep/test-support/services'
import { failAfter, failBefore, withChaos } from '@threadkeep/wrappers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordServers } from '../servers.ts'
import { checkHistory } from './check-history.ts'
import type { History } from './history.ts'
import { actor, playHistory, readThread, threadId } from './play-history.ts'

/** Two connections to one place that is empty. */
type OpenTwo = () => Promise<readonly [Store, Store]>

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000))

describe('memory', () => {
  checked(async () => {
    const store = memoryStore()
    return [store, store]
  })
})

describe('SQLite, two connections to one file', () => {
  checked(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-order-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'order.db')
    return [await sqliteStore({ path }), await sqliteStore({ path })]
  })
})

for (const { kind, title, open } of recordServers) {
  const server = await service(kind)
  describe.skipIf(!server.available)(`${title}, two connections`, { timeout: 90_000 }, () => {
    checked(
      async () => {
        const place = await server.open()
        return [await open(place, 5_000), await open(place, 5_000)]
        // The stand-in for MongoDB has one transaction after the other.
      },
      kind === 'mongodb' ? 12 : 40,
    )
  })
}

function checked(openTwo: OpenTwo, appends = 40): void {
  it('acknowledged appends stand once, gapless, in real-time order, and reads are stretches of that order', async () => {
    const { history, faults } = await play(openTwo, appends, 0)
    expect(faults, `seed ${seed}`).toEqual([])
    expect(history.appends.every(({ outcome }) => outcome === 'ok')).toBe(true)
    expect(history.reads.length).toBeGreaterThan(20)
  })

  it('on a store that fails before and after its work: a refusal is true, and what has no answer stands at most once', async () => {
    const { history, faults } = await play(openTwo, appends, 0.15)
    expect(faults, `seed ${seed}`).toEqual([])
    expect(history.appends.some(({ outcome }) => outcome === 'ok')).toBe(true)
    expect(history.appends.some(({ outcome }) => outcome !== 'ok')).toBe(true)
  })
}

/** Two Threadkeeps on one place, with `trouble` as the share of store calls that fail in each of two ways. */
async function play(
  openTwo: OpenTwo,
  appends: number,
  trouble: number,
): Promise<{ history: History; faults: readonly string[] }> {
  const stores = await openTwo()
  const live = localLiveBus()
  const open = (store: Store) => createThreadkeep({ store, live, projector: 'manual' })
  const whole = open(stores[0])
  onTestFinished(async () => {
    await Promise.all([whole, ...threadkeeps].map((threadkeep) => threadkeep.close()))
    await Promise.all(stores.map((store) => store.close()))
  })
  const threadkeeps = stores.map((store, index) => {
    const faults = [failBefore({ rate: trouble }), failAfter({ rate: trouble })]
    return open(trouble === 0 ? store : stack(store, [withChaos({ seed: seed + index, faults })]))
  })
  await whole.threads.create(actor, { id: threadId })
  // Half of the writers insist, the others leave it at what they were told.
  const history = await playHistory({ threadkeeps, seed, writers: 8, appends, repeats: (writer) => (writer % 2) * 50 })
  return { history, faults: checkHistory(history, await readThread(whole)) }
}
