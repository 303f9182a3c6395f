import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createThreadkeep, isThreadkeepError } from '@threadkeep/core'
import { ownServer } from '@threadkeep/test-support/services'
import { recordHistory } from '../order/history.ts'
import type { RecordServer } from '../servers.ts'
import { seeded } from '../simulation/random.ts'
import type { KillReport } from './kill-writers.ts'
import { always, owner } from './threads.ts'
import { verifySettled, verifyThread } from './verify-threads.ts'

const timeout = 1_000
const writers = 4

/**
 * Kills a server with -9 under a Threadkeep that appends, again and again. The Threadkeep stays open and its writers repeat, under the
 * same client id, whatever got no answer, until it has one. Throws when in the end something is lost, twice, torn or out of order.
 */
export async function killServer(
  { kind, open }: RecordServer,
  options: { readonly seed: number; readonly cycles: number; readonly args?: readonly string[] },
): Promise<KillReport & { readonly repeated: number }> {
  const { seed, cycles, args = [] } = options
  const random = seeded(seed)
  await using server = await ownServer(kind, { args })
  const place = { url: server.url, name: 'crash' }
  const history = recordHistory()
  let [writing, unanswered, repeated] = [true, 0, 0]
  {
    await using store = await open(place, timeout)
    await using threadkeep = createThreadkeep({ store })
    await threadkeep.threads.create(owner, { id: always })

    const append = async (clientId: string): Promise<void> => {
      const call = history.append(clientId)
      for (let attempt = 0; call.outcome !== 'ok'; attempt++) {
        if (attempt === 1) unanswered++
        try {
          const sent = await threadkeep.messages.append(owner, always, { clientId, content: `text of ${clientId}` })
          if (sent.deduplicated) repeated++
          history.ok(call, sent.message.seq)
        } catch (error) {
          if (!isThreadkeepError(error) || !error.retryable) throw error
          await sleep(20)
        }
      }
    }
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; writing; n++) await append(`w${writer}-${n}`)
    }
    const working = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
    const killing = (async () => {
      for (let cycle = 0; cycle < cycles; cycle++) {
        const before = history.appends.length
        // Each life writes something before it ends.
        while (history.appends.length < before + 2 * writers) await sleep(5)
        await sleep(random.below(100))
        await server.kill9()
        await server.restart()
      }
    })().finally(() => {
      writing = false
    })
    await Promise.all([working, killing])
  }
  await using store = await open(place, 10_000)
  await using threadkeep = createThreadkeep({ store, projector: 'manual' })
  await verifyThread(store, threadkeep, always, history)
  await verifySettled(store, threadkeep)
  assert.ok(history.appends.every(({ outcome }) => outcome === 'ok'))
  return { cycles, acknowledged: history.appends.length, unanswered, repeated }
}
