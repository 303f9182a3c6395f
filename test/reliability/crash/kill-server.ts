import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createThreadkeep } from '@threadkeep/core'
import type { AppProcess, CompiledGateway } from '@threadkeep/test-support/apps'
import { startApp } from '@threadkeep/test-support/apps'
import { ownServer } from '@threadkeep/test-support/services'
import { gatewayEnv } from '../../e2e/gateway-env.ts'
import type { Listener } from '../../e2e/listen.ts'
import { cursorOf, listen } from '../../e2e/listen.ts'
import type { Person } from '../../e2e/person.ts'
import { createPerson } from '../../e2e/person.ts'
import { read, readThread, sendOnce, startThread } from '../../e2e/talk.ts'
import { checkHistory } from '../order/check-history.ts'
import type { Recorder } from '../order/history.ts'
import { recordHistory } from '../order/history.ts'
import { seeded } from '../simulation/random.ts'
import type { CrashingServer } from './crashing-servers.ts'
import { owner } from './threads.ts'
import { verifySettled, verifyThread } from './verify-threads.ts'

const threadIds = ['red', 'green']
const writersPerThread = 2
const patience = 60_000

/** Where the events go in each half: to a log that nobody reads, so that the outbox holds all of them; then to the gateway itself. */
const halves: readonly Readonly<Record<string, string>>[] = [{ THREADKEEP_EVENTS: 'kafka://127.0.0.1:9/nobody' }, {}]

/** What came of it. */
export interface ServerReport {
  readonly cycles: number
  readonly acknowledged: number
  /** Appends that were under way when the server was killed, over all cycles. */
  readonly interrupted: number
  /** Appends that people had to send again. */
  readonly repeated: number
  /** Of these, how many had happened although nobody had said so. */
  readonly deduplicated: number
}

/**
 * Kills a server with -9 under a gateway to which people talk over GraphQL, again and again. The gateway stays up; whoever got no answer
 * sends again, under the same client id, until there is one. Throws when in the end something is lost, twice, torn or out of order, seen
 * through GraphQL or in the store, or a subscriber missed something.
 */
export async function killServer(
  { kind, args, open, gatewayUrl }: CrashingServer,
  { main, seed, cycles }: { readonly main: CompiledGateway['main']; readonly seed: number; readonly cycles: number },
): Promise<ServerReport> {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-killed-'))
  const random = seeded(seed)
  await using server = await ownServer(kind, { args })
  const place = { url: server.url, name: 'crash' }
  const histories = new Map(threadIds.map((threadId) => [threadId, recordHistory()]))
  const appends = () => [...histories.values()].flatMap((history) => history.appends)
  let [interrupted, repeated, deduplicated] = [0, 0, 0]
  let running: AppProcess | undefined
  const gateway = {
    get url() {
      return running!.url
    },
  }
  const person = await createPerson([gateway], owner.userId)

  /** Says one thing after the other, each until it is acknowledged. */
  async function write(threadId: string, lane: string, history: Recorder, going: () => boolean): Promise<void> {
    for (let n = 0; going(); n++) {
      const call = history.append(`${lane}-${n}`)
      for (let attempt = 0; call.outcome !== 'ok'; attempt++) {
        if (attempt === 1) repeated++
        try {
          const sent = await sendOnce(person, gateway, threadId, call.clientId)
          if (sent.deduplicated) deduplicated++
          history.ok(call, sent.seq)
        } catch (error) {
          if (!mayPass(error)) throw error
          await sleep(20)
        }
      }
    }
  }

  async function kill(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const before = appends().length
      // Each life takes something in before it ends.
      const giveUpAt = performance.now() + patience
      while (appends().length < before + 2 * threadIds.length * writersPerThread) {
        assert.ok(performance.now() < giveUpAt, 'the gateway serves again once its server is back')
        await sleep(5)
      }
      await sleep(random.below(100))
      interrupted += appends().filter(({ outcome }) => outcome !== 'ok').length
      await server.kill9()
      await sleep(random.below(50))
      await server.restart()
    }
  }

  async function talk(half: number): Promise<void> {
    let loading = true
    const going = (): boolean => loading
    const working = Promise.all(
      [...histories].flatMap(([threadId, history], t) => [
        ...Array.from({ length: writersPerThread }, (_, lane) =>
          write(threadId, `h${half}-t${t}-w${lane}`, history, going),
        ),
        read(person, threadId, { history, going, random: seeded(seed * 100 + half * 10 + t) }),
      ]),
    )
    const times = half === 0 ? Math.floor(cycles / 2) : Math.ceil(cycles / 2)
    const killing = kill(times).finally(() => {
      loading = false
    })
    await Promise.all([working, killing])
  }

  async function verify(settle: boolean): Promise<void> {
    await using store = await open(place, 10_000)
    await using threadkeep = createThreadkeep({ store, projector: 'manual' })
    for (const [threadId, history] of histories) await verifyThread(store, threadkeep, threadId, history)
    if (settle) await verifySettled(store, threadkeep)
  }

  const listeners = new Map<string, Listener>()
  try {
    for (const [half, events] of halves.entries()) {
      running = await startApp(main, { env: { ...gatewayEnv(data), ...events, THREADKEEP_STORE: gatewayUrl(place) } })
      if (half === 0)
        for (const threadId of threadIds) {
          await startThread(person, threadId, [])
          const after = await cursorOf(person, threadId)
          listeners.set(threadId, await listen(person, [gateway], 0, { threadId, after }))
        }
      await talk(half)
      for (const [threadId, history] of histories) await verifySeen(person, threadId, history, listeners.get(threadId)!)
      assert.equal(await running.end('SIGTERM'), 0, 'the gateway ends well')
      await verify(half === 1)
    }
  } catch (error) {
    const said = running?.said.slice(-10).join('\n')
    throw new Error(`Seed ${seed}, ${cycles} cycles: ${(error as Error).message}\n${said}`, { cause: error })
  } finally {
    await Promise.all([...listeners.values()].map((listener) => listener.stop()))
    await running?.end('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
  assert.ok(appends().every(({ outcome }) => outcome === 'ok'))
  return { cycles, acknowledged: appends().length, interrupted, repeated, deduplicated }
}

/** Throws unless the thread, as GraphQL shows it, agrees with what was seen before, and the subscriber has heard each message once, in order. */
async function verifySeen(person: Person, threadId: string, history: Recorder, listener: Listener): Promise<void> {
  const shown = await readThread(person, threadId)
  assert.deepEqual(checkHistory(history, shown).slice(0, 5), [], threadId)
  const giveUpAt = performance.now() + patience
  while (listener.heard.length < shown.length && performance.now() < giveUpAt) await sleep(50)
  assert.deepEqual(
    listener.heard.map(({ seq }) => seq),
    shown.map(({ seq }) => seq),
    `a subscriber of ${threadId} has heard each message once, in order`,
  )
  assert.equal(listener.gaps, 0)
}

const passing = new Set(['TIMEOUT', 'UNAVAILABLE', 'ABORTED'])

/** Whether the gateway said that it cannot do this now; nothing else may go wrong, least of all the gateway itself. */
function mayPass(error: unknown): boolean {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return true
  return Array.isArray(cause) && cause.every(({ extensions }) => passing.has(extensions?.code))
}
