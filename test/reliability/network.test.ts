import type { Threadkeep, ThreadkeepError } from '@threadkeep/core'
import { createThreadkeep, isThreadkeepError } from '@threadkeep/core'
import { service } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkHistory } from './order/check-history.ts'
import { actor, playHistory, readThread, threadId } from './order/play-history.ts'
import type { RecordServer } from './servers.ts'
import { recordServers } from './servers.ts'
import { seeded } from './simulation/random.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000))
const timeout = 600
/** No call waits longer, whatever the network does: it may ask the store twice. */
const patience = 2 * timeout + 600

/** A Threadkeep behind a network that can be broken, and another one that has its own way to the same server. */
interface Scene {
  readonly proxy: TcpProxy
  readonly threadkeep: Threadkeep
  readonly direct: Threadkeep
  close(): Promise<void>
}

for (const server of recordServers) {
  const { available, open } = await service(server.kind)
  describe.skipIf(!available)(
    `a network that fails between a Threadkeep and ${server.title}`,
    { timeout: 90_000 },
    () => {
      let scene: Scene
      beforeEach(async () => {
        scene = await build(server, await open())
      })
      afterEach(() => scene.close())

      const append = (clientId: string) =>
        scene.threadkeep.messages.append(actor, threadId, { clientId, content: `text of ${clientId}` })
      const stored = async () => (await readThread(scene.direct)).map(({ clientId }) => clientId)

      /** Sent again, the message has the place that it had, or gets its only one. */
      async function expectOneResult(clientId: string): Promise<void> {
        scene.proxy.restore()
        const there = (await readThread(scene.direct)).find((one) => one.clientId === clientId)
        const again = await eventually(() => append(clientId))
        if (there) expect(again).toMatchObject({ deduplicated: true, message: { seq: there.seq } })
        const third = await append(clientId)
        expect(third).toMatchObject({ deduplicated: true, message: { id: again.message.id, seq: again.message.seq } })
        expect((await stored()).filter((one) => one === clientId)).toEqual([clientId])
      }

      it('a slow network is only slow', async () => {
        scene.proxy.delay(25)
        await append('slow')
        expect(await scene.threadkeep.messages.newest(actor, threadId, 1)).toMatchObject([{ clientId: 'slow' }])
      })

      it('the reply to a commit is lost: the writer is told in time that it may have happened, and repeating gives the first result', async () => {
        scene.proxy.mode('dropReplies')
        const error = await failsInTime(append('unheard'))
        expect(error).toMatchObject({ retryable: true, maybeCommitted: true })
        await expectOneResult('unheard')
      })

      it('the connection is cut with the reply under way: repeating gives the first result', async () => {
        scene.proxy.mode('dropReplies')
        const sending = append('cut').catch((error: unknown) => error)
        await scene.proxy.nextRequest()
        await new Promise((resolve) => setTimeout(resolve, 60))
        scene.proxy.cut()
        scene.proxy.restore()
        const outcome = await sending
        // A driver may have repeated it by itself.
        if (isThreadkeepError(outcome)) expect(outcome).toMatchObject({ retryable: true, maybeCommitted: true })
        else expect(outcome).toMatchObject({ message: { clientId: 'cut' } })
        await expectOneResult('cut')
      })

      it('the server falls silent: reads and writes end in time, a read never says that it may have written', async () => {
        scene.proxy.mode('halfOpen')
        const [writing, reading] = await Promise.all([
          failsInTime(append('silent')),
          failsInTime(scene.threadkeep.messages.newest(actor, threadId, 10)),
        ])
        expect(writing).toMatchObject({ retryable: true, maybeCommitted: true })
        expect(reading).toMatchObject({ retryable: true, maybeCommitted: false })
        expect(await stored()).toEqual(['first'])
        await expectOneResult('silent')
      })

      it('there is no way to the server: calls fail in time, and the next one after it is back succeeds', async () => {
        scene.proxy.cut({ refuse: true })
        expect(await failsInTime(append('refused'))).toMatchObject({ retryable: true })
        await failsInTime(scene.threadkeep.messages.newest(actor, threadId, 10))
        await expectOneResult('refused')
      })

      it('closing while the server is silent ends in time', async () => {
        scene.proxy.mode('halfOpen')
        const sending = append('closing').catch(() => {})
        const before = performance.now()
        await scene.close()
        await sending
        expect(performance.now() - before).toBeLessThan(2 * patience)
      })

      it('in a storm of all of these, nothing acknowledged is lost or moved, and what is repeated stands once', {
        timeout: 120_000,
      }, async () => {
        const weather = storm(scene.proxy)
        const threadkeeps = [scene.threadkeep, scene.direct]
        const history = await playHistory({
          threadkeeps,
          seed,
          writers: 4,
          appends: 12,
          pause: 20,
          repeats: (writer) => (writer % 2) * 1_000,
        }).finally(weather.stop)
        const final = await readThread(scene.direct)
        // The first one was there before the storm.
        const first = { clientId: 'first', invokedAt: 0, endedAt: 0, outcome: 'ok' as const, seq: 1 }
        expect(checkHistory({ ...history, appends: [first, ...history.appends] }, final), `seed ${seed}`).toEqual([])
        const insisted = history.appends.filter(({ clientId }) => /^w[13]-/.test(clientId))
        expect(insisted.every(({ outcome }) => outcome === 'ok')).toBe(true)
      })
    },
  )
}

async function build(server: RecordServer, place: { url: string; name: string }): Promise<Scene> {
  const proxy = await tcpProxy(place.url)
  const stores = [await server.open(server.through(place, proxy), timeout), await server.open(place, 10_000)] as const
  const [threadkeep, direct] = stores.map((store) => createThreadkeep({ store, projector: 'manual' })) as [
    Threadkeep,
    Threadkeep,
  ]
  await threadkeep.threads.create(actor, { id: threadId })
  // What the server has to make ready it has made ready; the thread is known.
  await threadkeep.messages.append(actor, threadId, { clientId: 'first', content: 'text of first' })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await Promise.all([threadkeep.close(), direct.close()])
    await Promise.all(stores.map((store) => store.close()))
    await proxy[Symbol.asyncDispose]()
  }
  return {
    proxy,
    threadkeep,
    direct,
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Weather that changes until it is stopped; it is fair every other time. */
function storm(proxy: TcpProxy): { stop(): void } {
  const random = seeded(seed)
  let fair = true
  const change = (): void => {
    fair = !fair
    if (fair) proxy.restore()
    else
      random.pick([
        () => proxy.delay(20),
        () => proxy.cut(),
        () => proxy.cut({ refuse: true }),
        () => proxy.mode('dropReplies'),
        () => proxy.mode('halfOpen'),
      ])()
  }
  const timer = setInterval(change, 150)
  return {
    stop() {
      clearInterval(timer)
      proxy.restore()
    },
  }
}

async function failsInTime(call: Promise<unknown>): Promise<ThreadkeepError> {
  const before = performance.now()
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isThreadkeepError(error)) throw new Error(`expected a ThreadkeepError, got ${error}`)
  expect(performance.now() - before).toBeLessThan(patience)
  return error
}

/** Repeats a call while it fails in ways that may pass. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (attempt > 50 || !isThreadkeepError(error) || !error.retryable) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
