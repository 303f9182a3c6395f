import type { Address, Change, EnumerableStore, ThreadkeepError } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import type { Fault, FaultyServer } from '@threadkeep/test-support/faulty-mongodb'
import { faultyServer } from '@threadkeep/test-support/faulty-mongodb'
import { canOwn } from '@threadkeep/test-support/services'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gridFsBlobStore, mongoSearchIndex, mongoStore } from '../src/index.ts'

const a: Address = { collection: 'left', key: 'a' }
const b: Address = { collection: 'right', key: 'b' }
const deadline = 1_500

const put = (at: Address, n: number): Change => ({ type: 'put', at, value: { n } })

async function errorOf(call: Promise<unknown>): Promise<ThreadkeepError> {
  const error = await call.then(
    (answer) => `an answer: ${JSON.stringify(answer)}`,
    (thrown: unknown) => thrown,
  )
  if (!isThreadkeepError(error)) throw new Error(`expected a ThreadkeepError, got ${error}`, { cause: error })
  return error
}

describe.skipIf(!(await canOwn('mongodb')))('a MongoDB that fails', () => {
  let mongodb: FaultyServer
  let store: EnumerableStore
  let direct: EnumerableStore
  let databases = 0

  beforeAll(async () => {
    mongodb = await faultyServer()
  })
  afterAll(() => mongodb[Symbol.asyncDispose]())

  beforeEach(async () => {
    const database = `faults_${databases++}`
    store = await mongoStore({ url: mongodb.url(database), deadline })
    direct = await mongoStore({ client: mongodb.client, database })
    await store.commit([put(a, 0), put(b, 0)])
  })
  afterEach(async () => {
    await mongodb.heal()
    await store.close()
    await direct.close()
  })

  const stored = async (): Promise<readonly unknown[]> => (await direct.get([a, b])).map((entry) => entry?.value['n'])
  const both = (n: number): Promise<unknown> => store.commit([put(a, n), put(b, n)])

  const passing: Readonly<Record<string, Fault>> = {
    'a connection closed before the writes': { failCommands: ['bulkWrite'], closeConnection: true },
    'a connection closed before the commit': { failCommands: ['commitTransaction'], closeConnection: true },
    'a write conflict': {
      failCommands: ['bulkWrite'],
      errorCode: 112,
      errorLabels: ['TransientTransactionError'],
    },
    'a transaction the server has forgotten': {
      failCommands: ['commitTransaction'],
      errorCode: 251,
      errorLabels: ['TransientTransactionError'],
    },
    'a commit of unknown outcome': {
      failCommands: ['commitTransaction'],
      errorCode: 50,
      errorLabels: ['UnknownTransactionCommitResult'],
    },
    'a primary that steps down at the commit': {
      failCommands: ['commitTransaction'],
      errorCode: 10107,
      errorLabels: ['RetryableWriteError'],
    },
    'a commit that was made, but not confirmed by the majority in time': {
      failCommands: ['commitTransaction'],
      writeConcernError: { code: 91, errmsg: 'the server is shutting down' },
      errorLabels: ['RetryableWriteError'],
    },
  }
  for (const [what, fault] of Object.entries(passing)) {
    test.each([1, 3])(`${what}, %i times: the commit happens, once`, async (times) => {
      await mongodb.fail(fault, { times })
      const result = await store.commit([
        put(a, 1),
        put(b, 1),
        { type: 'check', at: { collection: 'x', key: 'y' }, version: null },
      ])
      expect(result.ok).toBe(true)
      expect((await direct.get([a, b])).map((entry) => entry?.version)).toEqual(
        result.ok ? [result.version, result.version] : [],
      )
    })
  }

  test('a check whose commit had to be repeated still passes on the state it names', async () => {
    const [entry] = await store.get([a])
    for (const fault of Object.values(passing)) {
      await mongodb.fail(fault, { times: 1 })
      const [now] = await direct.get([a])
      const result = await store.commit([{ type: 'check', at: a, version: now!.version }, put(a, 7), put(b, 7)])
      expect(result.ok).toBe(true)
    }
    expect(await store.commit([{ type: 'check', at: a, version: entry!.version }, put(a, 8)])).toEqual({
      ok: false,
      conflict: a,
    })
  })

  test('a commit whose outcome stays unknown ends within the deadline and says that it may have happened', async () => {
    await mongodb.fail({
      failCommands: ['commitTransaction'],
      errorCode: 50,
      errorLabels: ['UnknownTransactionCommitResult'],
    })
    const before = performance.now()
    const error = await errorOf(both(1))
    expect(performance.now() - before).toBeLessThan(deadline + 10_000)
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, maybeCommitted: true })
    const [left, right] = await stored()
    expect(left).toBe(right)
  })

  test('a commit that always collides ends within the deadline and has not happened', async () => {
    await mongodb.fail({ failCommands: ['bulkWrite'], errorCode: 112, errorLabels: ['TransientTransactionError'] })
    const error = await errorOf(both(1))
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true })
    expect(await stored()).toEqual([0, 0])
  })

  test('an error that no retry can cure reaches the caller at once, and others in the group have their own answers', async () => {
    await mongodb.fail({ failCommands: ['bulkWrite'], errorCode: 13 })
    const errors = await Promise.all([errorOf(both(1)), errorOf(both(2))])
    expect(errors).toMatchObject([
      { code: 'MISCONFIGURED', maybeCommitted: false },
      { code: 'MISCONFIGURED', maybeCommitted: false },
    ])
    await mongodb.fail({ failCommands: ['bulkWrite'], errorCode: 13 }, { times: 1 })
    const c: Address = { collection: 'left', key: 'c' }
    const results = await Promise.all([both(3), store.commit([put(c, 3), put({ ...c, key: 'd' }, 3)])])
    expect(results).toMatchObject([{ ok: true }, { ok: true }])
  })

  test('a commit of one record is repeated by the driver under one number, so it counts once', async () => {
    await mongodb.fail({ failCommands: ['update'], closeConnection: true }, { times: 1 })
    const [entry] = await direct.get([a])
    const result = await store.commit([{ type: 'check', at: a, version: entry!.version }, put(a, 1)])
    expect(result.ok).toBe(true)
    expect(await stored()).toEqual([1, 0])
  })

  test('a commit of one record that is lost each time may have happened', async () => {
    for (const fault of [
      { failCommands: ['update'], closeConnection: true },
      { failCommands: ['update'], writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
    ] as const) {
      await mongodb.fail(fault)
      const error = await errorOf(store.commit([put(a, 1)]))
      expect(error.maybeCommitted).toBe(true)
      expect(error.retryable).toBe(true)
    }
  })

  test('reads are repeated until they succeed', async () => {
    await mongodb.fail({ failCommands: ['find'], closeConnection: true }, { times: 4 })
    expect(await store.get([a])).toMatchObject([{ value: { n: 0 } }])
    await mongodb.fail({ failCommands: ['find'], errorCode: 11602 }, { times: 2 })
    expect(await store.list('left', { limit: 5 })).toMatchObject([{ value: { n: 0 } }])
    await mongodb.fail({ failCommands: ['find', 'commitTransaction'], errorCode: 189 }, { times: 2 })
    expect(await store.get([a, b])).toMatchObject([{ value: { n: 0 } }, { value: { n: 0 } }])
  })

  test('every call ends within the deadline, also when the server only keeps it waiting', async () => {
    await mongodb.fail({
      failCommands: ['find', 'bulkWrite', 'update'],
      blockConnection: true,
      blockTimeMS: 2 * deadline,
    })
    const before = performance.now()
    const errors = await Promise.all([
      errorOf(store.get([a])),
      errorOf(store.get([a, b])),
      errorOf(store.list('left', { limit: 1 })),
      errorOf(store.collections({ limit: 1 })),
      errorOf(store.commit([put(a, 1)])),
      errorOf(store.commit([put({ ...a, key: 'c' }, 1), put(b, 1)])),
    ])
    expect(performance.now() - before).toBeLessThan(deadline + 10_000)
    expect(errors.map(({ code }) => code)).toEqual(new Array(6).fill('TIMEOUT'))
    expect(errors.map(({ maybeCommitted }) => maybeCommitted)).toEqual([false, false, false, false, true, true])
  })

  test('a call given up under way is ABORTED at once', async () => {
    await mongodb.fail({ failCommands: ['find', 'bulkWrite'], blockConnection: true, blockTimeMS: deadline })
    const controller = new AbortController()
    const { signal } = controller
    const reading = errorOf(store.get([a], { signal }))
    const writing = errorOf(store.commit([put(a, 1), put(b, 1)], { signal }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    controller.abort()
    expect(await reading).toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    expect(await writing).toMatchObject({ code: 'ABORTED', maybeCommitted: true })
  })

  test('a search index writes through faults, each change once and in order', async () => {
    await using index = await mongoSearchIndex({ url: mongodb.url(`faults_search_${databases}`), deadline })
    const document = {
      threadId: 't',
      messageId: 'm',
      seq: 1,
      authorId: 'u',
      role: 'user',
      kind: 'message',
      createdAt: 1,
    }
    const put = (text: string) => index.apply([{ type: 'put', document: { ...document, text } }])
    for (const fault of [
      { failCommands: ['update'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
      { failCommands: ['update', 'commitTransaction'], closeConnection: true },
      { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
      { failCommands: ['find'], closeConnection: true },
    ] as const) {
      await mongodb.fail(fault, { times: 2 })
      await Promise.all(['one', 'two', 'three'].map(put))
      expect(await index.query({ text: 'three', limit: 5 })).toHaveLength(1)
      expect(await index.query({ text: 'one two', limit: 5 })).toEqual([])
    }
    await mongodb.fail({ failCommands: ['update'], errorCode: 13 })
    expect(await errorOf(put('four'))).toMatchObject({ code: 'MISCONFIGURED' })
    await mongodb.fail({ failCommands: ['update'], blockConnection: true, blockTimeMS: 2 * deadline })
    expect(await errorOf(put('five'))).toMatchObject({ code: 'TIMEOUT', maybeCommitted: true })
  })

  test('a blob store puts through faults, whole and with nothing left over', async () => {
    const database = `faults_blobs_${databases}`
    await using blobs = await gridFsBlobStore({ url: mongodb.url(database), deadline })
    const bytes = async function* () {
      for (let n = 0; n < 4; n++) yield new Uint8Array(200_000).fill(n)
    }
    for (const fault of [
      { failCommands: ['insert'], closeConnection: true },
      { failCommands: ['insert'], errorCode: 11602 },
      { failCommands: ['commitTransaction'], errorCode: 50, errorLabels: ['UnknownTransactionCommitResult'] },
      { failCommands: ['findAndModify', 'delete'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
      { failCommands: ['find'], closeConnection: true },
    ] as const) {
      await mongodb.fail(fault, { times: 2 })
      const { size } = await blobs.put('a', bytes(), { maxBytes: 1_000_000 })
      let read = 0
      for await (const part of await blobs.read('a')) read += part.length
      expect([size, read]).toEqual([800_000, 800_000])
    }
    const count = (name: string) => mongodb.client.db(database).collection(`threadkeep.blobs.${name}`).countDocuments()
    expect([await count('files'), await count('chunks'), await count('loose')]).toEqual([1, 4, 0])
  })

  test('a primary that steps down under load: acknowledged commits are there, each once', async () => {
    await using patient = await mongoStore({ url: mongodb.url('stepdown'), deadline: 15_000 })
    let stepping = true
    const acknowledged: string[] = []
    const write = async (lane: number): Promise<void> => {
      for (let n = 0; stepping; n++) {
        const key = `${lane}-${n}`
        const result = await patient.commit([
          { type: 'check', at: { collection: 'left', key }, version: null },
          put({ collection: 'left', key }, n),
          put({ collection: 'right', key }, n),
        ])
        expect(result.ok).toBe(true)
        acknowledged.push(key)
      }
    }
    const writers = Array.from({ length: 4 }, (_, lane) => write(lane))
    await expect.poll(() => acknowledged.length).toBeGreaterThan(20)
    await mongodb.client.db('admin').command({ replSetStepDown: 2, secondaryCatchUpPeriodSecs: 0, force: true })
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    const meanwhile = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 12_000 }).toBeGreaterThan(meanwhile + 20)
    stepping = false
    await Promise.all(writers)
    for (const collection of ['left', 'right']) {
      const keys = (await patient.list(collection, { limit: 10_000 })).map(({ key }) => key)
      expect(keys.toSorted()).toEqual(acknowledged.toSorted())
    }
  })
})
