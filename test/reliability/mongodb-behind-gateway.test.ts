import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Threadkeep } from '@threadkeep/core'
import { createThreadkeep } from '@threadkeep/core'
import { mongoStore } from '@threadkeep/store-mongo'
import type { AppProcess, CompiledGateway } from '@threadkeep/test-support/apps'
import { compileGateway, startApp } from '@threadkeep/test-support/apps'
import type { Fault, FaultyServer } from '@threadkeep/test-support/faulty-mongodb'
import { faultyServer } from '@threadkeep/test-support/faulty-mongodb'
import { canOwn, service } from '@threadkeep/test-support/services'
import type { TcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { tcpProxy } from '@threadkeep/test-support/tcp-proxy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayEnv } from '../e2e/gateway-env.ts'
import type { Person } from '../e2e/person.ts'
import { createPerson } from '../e2e/person.ts'
import type { Sent } from '../e2e/talk.ts'
import { readThread, send, sendOnce, startThread } from '../e2e/talk.ts'
import { checkHistory } from './order/check-history.ts'
import type { Recorder } from './order/history.ts'
import { recordHistory } from './order/history.ts'
import { recordServers } from './servers.ts'

const { gatewayUrl, through } = recordServers.find(({ kind }) => kind === 'mongodb')!
/** Seconds that the gateway has for an answer. People wait three times as long for one, and then the test fails. */
const deadline = '2'
const threadIds = ['red', 'green', 'blue']
const noAnswer = expect.stringMatching(/^(TIMEOUT|UNAVAILABLE)$/)
const patience = { timeout: 30_000, interval: 100 }

let compiled: CompiledGateway
beforeAll(() => {
  compiled = compileGateway()
})
afterAll(() => compiled[Symbol.dispose]())

/** What a gateway answered instead of a message. */
interface Failure {
  readonly code: string
  readonly maybeCommitted: boolean
}

/** One gateway that is never restarted, somebody who talks to it, and a way to the records that no fault is on. */
interface Scene {
  readonly ada: Person
  readonly app: AppProcess
  readonly direct: Threadkeep
  readonly histories: ReadonlyMap<string, Recorder>
  close(): Promise<void>
}

async function stage(url: string, directUrl: string): Promise<Scene> {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-faults-'))
  // Nothing but what people ask for reaches the server: events wait for workers.
  const events = { THREADKEEP_EVENTS: 'kafka://127.0.0.1:9/nobody' }
  const env = { ...gatewayEnv(data), ...events, THREADKEEP_STORE: url, THREADKEEP_DEADLINE: deadline }
  const app = await startApp(compiled.main, { env })
  const store = await mongoStore({ url: directUrl })
  const direct = createThreadkeep({ store, projector: 'manual' })
  const ada = await createPerson([app], 'ada')
  const histories = new Map(threadIds.map((id) => [id, recordHistory()]))
  for (const id of threadIds) await startThread(ada, id, [])
  return {
    ...{ ada, app, direct, histories },
    async close() {
      await app.end('SIGKILL')
      await direct.close()
      await store.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Sends once; answers what the gateway said. Rejects when it said nothing in time. */
async function attempt({ ada, app }: Scene, threadId: string, clientId: string): Promise<Sent | Failure> {
  try {
    return await sendOnce(ada, app, threadId, clientId)
  } catch (error) {
    return failureIn(error)
  }
}

function failureIn(error: unknown): Failure {
  const { cause } = error as Error
  if (!Array.isArray(cause)) throw error
  const { code, maybeCommitted = false } = cause[0].extensions
  return { code, maybeCommitted }
}

/** Sends into every thread at once while no answer can come: each hears in time that none did, and that it may have happened unless it has not. */
async function sendInVain(
  scene: Scene,
  what: string,
  threads: readonly string[],
): Promise<readonly [string, string][]> {
  const sends = threads.map((threadId, n): [string, string] => [threadId, `${what}-${n}`])
  const outcomes = Promise.all(
    sends.map(([threadId, clientId]) => {
      scene.histories.get(threadId)!.append(clientId)
      return attempt(scene, threadId, clientId)
    }),
  )
  for (const [n, outcome] of (await outcomes).entries()) {
    expect(outcome).toMatchObject({ code: noAnswer })
    // Only who waited between two attempts is told that nothing happened, and then nothing has.
    if (!(outcome as Failure).maybeCommitted) expect(await storedIn(scene, ...sends[n]!)).toBeUndefined()
  }
  expect((await fetch(`${scene.app.url}/healthz`)).status).toBe(200)
  return sends
}

/** After the fault, in the same process: it serves, and each send that got no answer has one result, however often it is repeated. */
async function expectFirstResults(scene: Scene, sends: readonly (readonly [string, string])[]): Promise<void> {
  const { ada, app, histories } = scene
  await expect.poll(async () => (await fetch(`${app.url}/readyz`)).status, patience).toBe(200)
  for (const [threadId, clientId] of sends) {
    const { appends, ok } = histories.get(threadId)!
    const first = await send(ada, 0, threadId, clientId)
    ok(appends.find((call) => call.clientId === clientId)!, first.seq)
    expect(await send(ada, 0, threadId, clientId)).toEqual({ ...first, deduplicated: true })
  }
  for (const [threadId, history] of histories)
    expect(checkHistory(history, await readThread(ada, threadId)), threadId).toEqual([])
}

const storedIn = async ({ direct, ada }: Scene, threadId: string, clientId: string) =>
  (await direct.messages.newest({ userId: ada.id }, threadId, 20)).find((message) => message.clientId === clientId)

describe.skipIf(!(await service('mongodb')).available)('a network that fails between a gateway and MongoDB', () => {
  let [scene, proxy] = [undefined as unknown as Scene, undefined as unknown as TcpProxy]
  beforeAll(async () => {
    const place = await (await service('mongodb')).open()
    proxy = await tcpProxy(place.url)
    scene = await stage(gatewayUrl(through(place, proxy)), gatewayUrl(place))
  })
  afterAll(async () => {
    await scene?.close()
    await proxy?.[Symbol.asyncDispose]()
  })

  const heal = { again: () => proxy.restore(), anew: () => [proxy.cut(), proxy.restore()] }
  const faults: readonly (readonly [what: string, begin: () => void, end: () => void])[] = [
    ['it is cut', () => proxy.cut({ refuse: true }), heal.again],
    ['it falls silent, and goes on', () => proxy.mode('halfOpen'), heal.again],
    ['it falls silent, and breaks', () => proxy.mode('halfOpen'), heal.anew],
    ['replies are lost, and it breaks', () => proxy.mode('dropReplies'), heal.anew],
  ]
  test.each(faults)(
    '%s: every answer comes within the deadline, changes say when they may have happened, and the same gateway serves again and gives the first results',
    { timeout: 120_000 },
    async (what, begin, end) => {
      begin()
      const sends = await sendInVain(scene, what.replaceAll(/\W+/g, '-'), [...threadIds, 'red', 'red'])
      const reading = await scene.ada
        .ask(scene.app, '{ thread(id: "green") { messages(last: 5) { nodes { seq } } } }')
        .catch(failureIn)
      expect(reading).toMatchObject({ code: noAnswer, maybeCommitted: false })
      expect((await fetch(`${scene.app.url}/readyz`)).status).toBe(503)
      // Who tries again at once waits no longer than the first time.
      expect(await attempt(scene, ...sends[0]!)).toMatchObject({ code: noAnswer })
      end()
      await expectFirstResults(scene, sends)
    },
  )

  test.each([['comes', heal.again] as const, ['breaks', heal.anew] as const])(
    'the reply to a commit is lost, then the connection %s: the message is there, its sender is told that it may be, and sending again gives it',
    { timeout: 120_000 },
    async (how, end) => {
      const lost = proxy.dropRepliesFrom('commitTransaction')
      const sends = await sendInVain(scene, `unheard-${how}`, ['red'])
      await lost
      const stored = await storedIn(scene, ...sends[0]!)
      expect(stored).toBeDefined()
      end()
      const again = await send(scene.ada, 0, ...sends[0]!)
      expect(again).toEqual({ id: stored!.id, seq: stored!.seq, deduplicated: true })
      await expectFirstResults(scene, sends)
    },
  )

  test('after all of this the gateway stops well', async () => {
    expect(await scene.app.end('SIGTERM'), scene.app.said.join('\n')).toBe(0)
  })
})

describe.skipIf(!(await canOwn('mongodb')))('a MongoDB that fails behind a gateway', () => {
  let [scene, mongodb] = [undefined as unknown as Scene, undefined as unknown as FaultyServer]
  beforeAll(async () => {
    mongodb = await faultyServer()
    const direct = new URL(mongodb.url('faults'))
    direct.searchParams.delete('appName')
    scene = await stage(mongodb.url('faults'), direct.href)
  })
  afterAll(async () => {
    await scene?.close()
    await mongodb?.[Symbol.asyncDispose]()
  })

  const faults: readonly (readonly [what: string, fault: Fault])[] = [
    [
      'no commit is confirmed',
      { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
    ],
    ['every connection breaks at the commit', { failCommands: ['commitTransaction'], closeConnection: true }],
    [
      'every connection breaks at the writes',
      { failCommands: ['bulkWrite', 'insert', 'update'], closeConnection: true },
    ],
    [
      'the server is no primary when asked to commit',
      { failCommands: ['commitTransaction'], errorCode: 10107, errorLabels: ['RetryableWriteError'] },
    ],
    [
      'every write collides',
      { failCommands: ['bulkWrite', 'insert', 'update'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
    ],
    [
      'writes are answered too late',
      { failCommands: ['bulkWrite', 'insert', 'update'], blockConnection: true, blockTimeMS: 4_000 },
    ],
  ]
  test.each(faults)(
    '%s: senders are told in time that it may have happened, and later get the first results from the same gateway',
    { timeout: 120_000 },
    async (what, fault) => {
      await mongodb.fail(fault)
      const sends = await sendInVain(scene, what.replaceAll(/\W+/g, '-'), [...threadIds, 'red'])
      await mongodb.heal()
      await expectFirstResults(scene, sends)
    },
  )

  test('commits are made, but no majority confirms them: senders are told so, and sending again gives what is there', {
    timeout: 120_000,
  }, async () => {
    await mongodb.fail({
      failCommands: ['commitTransaction'],
      writeConcernError: { code: 91, errmsg: 'the server is shutting down' },
      errorLabels: ['RetryableWriteError'],
    })
    const sends = await sendInVain(scene, 'unconfirmed', ['red'])
    const stored = await storedIn(scene, ...sends[0]!)
    await mongodb.heal()
    const again = await send(scene.ada, 0, ...sends[0]!)
    expect(again).toEqual({ id: stored!.id, seq: stored!.seq, deduplicated: true })
    await expectFirstResults(scene, sends)
  })

  test('the primary steps down for ten seconds: senders are told in time, and the same gateway serves when there is one again', {
    timeout: 120_000,
  }, async () => {
    await mongodb.client.db('admin').command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 0, force: true })
    // The gateway may take a moment to see it: what is sent until then is kept.
    const sends: [string, string][] = []
    let outcome: Sent | Failure
    do {
      const clientId = `stepped-down-${sends.length}`
      scene.histories.get('red')!.append(clientId)
      sends.push(['red', clientId])
      outcome = await attempt(scene, 'red', clientId)
    } while ('seq' in outcome)
    expect(outcome).toMatchObject({ code: noAnswer })
    await expectFirstResults(scene, sends)
    expect(await scene.app.end('SIGTERM'), scene.app.said.join('\n')).toBe(0)
  })
})
