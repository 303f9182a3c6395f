import { isThreadkeepError } from '@threadkeep/core/store'
import type { OwnServer } from '@threadkeep/test-support/services'
import { canOwn, ownServer } from '@threadkeep/test-support/services'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import type { RedisStore } from '../src/index.ts'
import { redisStore } from '../src/index.ts'

const at = { collection: 'c', key: 'k' }
const put = (n: number, key = 'k') => ({ type: 'put', at: { collection: 'c', key }, value: { n } }) as const

async function connect(url: string) {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() })
}

async function errorOf(call: Promise<unknown>) {
  const error = await call.then(
    (answer) => `an answer: ${JSON.stringify(answer)}`,
    (thrown: unknown) => thrown,
  )
  if (!isThreadkeepError(error)) throw new Error(`expected a ThreadkeepError, got ${error}`, { cause: error })
  return error
}

/** The commit has not happened, may be sent again, and happens when the server is itself again. */
async function happensLater(store: RedisStore, changes = [put(2)]): Promise<void> {
  await expect.poll(() => store.commit(changes).catch(() => undefined), { timeout: 15_000 }).toMatchObject({ ok: true })
}

describe.skipIf(!(await canOwn('redis')))(
  'a server that cannot take a commit now says so, and nothing is written',
  () => {
    const patiently = { timeout: 15_000 }
    const unavailable = { code: 'UNAVAILABLE', retryable: true, maybeCommitted: false }

    const opened = async (args: readonly string[] = []) => {
      const server = await ownServer('redis', { args })
      const client = await connect(server.url)
      const store = await redisStore({ url: server.url, timeout: 5_000 })
      const close = async (): Promise<void> => {
        client.destroy()
        await store.close()
        await server[Symbol.asyncDispose]()
      }
      return { server, client, store, [Symbol.asyncDispose]: close }
    }

    test('because it has become a replica, whose master is away', async () => {
      await using it = await opened()
      await it.store.commit([put(1)])
      await it.client.replicaOf('127.0.0.1', 1)
      expect(await errorOf(it.store.commit([put(2)]))).toMatchObject(unavailable)
      expect(await it.store.get([at])).toMatchObject([{ value: { n: 1 } }])
      await it.client.configSet('replica-serve-stale-data', 'no')
      expect(await errorOf(it.store.get([at]))).toMatchObject(unavailable)
      await it.client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
      await happensLater(it.store)
    })

    test('because it has too few replicas', async () => {
      await using it = await opened()
      await it.client.configSet('min-replicas-to-write', '1')
      expect(await errorOf(it.store.commit([put(1)]))).toMatchObject(unavailable)
      expect(await it.store.get([at])).toEqual([undefined])
      await it.client.configSet('min-replicas-to-write', '0')
      await happensLater(it.store)
    })

    test('because a script of somebody else keeps it busy', async () => {
      await using it = await opened(['--lua-time-limit', '20'])
      await using other = await connect(it.server.url)
      const running = other.sendCommand(['EVAL', 'while true do end', '0']).catch((error: Error) => error.message)
      await expect.poll(() => it.store.commit([put(1)]).catch((error) => error), patiently).toMatchObject(unavailable)
      await it.client.sendCommand(['SCRIPT', 'KILL'])
      expect(await running).toContain('killed')
      expect(await it.store.get([at])).toEqual([undefined])
      await happensLater(it.store)
    })

    test('because it could not save its last snapshot', async () => {
      await using it = await opened(['--save', '3600', '100000', '--dbfilename', 'x'.repeat(300)])
      await it.store.commit([put(1)])
      await it.client.sendCommand(['BGSAVE'])
      await expect.poll(() => it.client.info('persistence'), patiently).toContain('rdb_last_bgsave_status:err')
      expect(await errorOf(it.store.commit([put(2)]))).toMatchObject(unavailable)
      expect(await it.store.get([at])).toMatchObject([{ value: { n: 1 } }])
      await it.client.configSet('save', '')
      await happensLater(it.store)
    })

    test('because it is still loading what it had', async () => {
      await using it = await opened(['--enable-debug-command', 'yes'])
      await it.store.commit(Array.from({ length: 300 }, (_, n) => put(n, `k${n}`)))
      // Each key takes the server so long that it has time to refuse.
      await it.client.configSet('key-load-delay', '10000')
      await it.client.configSet('loading-process-events-interval-bytes', '1024')
      const reloading = it.client.sendCommand(['DEBUG', 'RELOAD'])
      await expect.poll(() => it.store.commit([put(1)]).catch((error) => error), patiently).toMatchObject(unavailable)
      await it.client.configSet('key-load-delay', '0')
      await reloading
      expect(await it.store.get([at])).toEqual([undefined])
      await happensLater(it.store)
    })

    test('because its cluster has not all slots', async () => {
      await using it = await opened(['--cluster-enabled', 'yes'])
      expect(await errorOf(it.store.commit([put(1)]))).toMatchObject(unavailable)
      await it.client.clusterAddSlotsRange({ start: 0, end: 16_383 })
      await happensLater(it.store)
    })
  },
)

describe.skipIf(!(await canOwn('redis')))('a cluster that moves the slot of a namespace', () => {
  test('names the node that has it as what to connect to, and nothing is written on the one that has not', async () => {
    await using here = await ownServer('redis', { args: ['--cluster-enabled', 'yes'] })
    await using there = await ownServer('redis', { args: ['--cluster-enabled', 'yes'] })
    await using one = await connect(here.url)
    await using other = await connect(there.url)
    await one.clusterAddSlotsRange({ start: 0, end: 16_383 })
    await one.clusterMeet('127.0.0.1', Number(new URL(there.url).port))
    await expect.poll(() => other.clusterInfo(), { timeout: 20_000 }).toContain('cluster_state:ok')
    await using store = await redisStore({ url: here.url })
    await store.commit([put(1)])
    const slot = await one.clusterKeySlot('{threadkeep}:records:c')
    const [own, target] = [await one.clusterMyId(), await other.clusterMyId()]

    // Half way, a call may need what is still here and what would be there.
    await other.clusterSetSlot(slot, 'IMPORTING', own)
    await one.clusterSetSlot(slot, 'MIGRATING', target)
    const elsewhere = [{ type: 'put', at: { collection: 'new', key: 'k' }, value: {} } as const]
    expect(await errorOf(store.commit(elsewhere))).toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      maybeCommitted: false,
    })

    const port = Number(new URL(there.url).port)
    const keys = await one.clusterGetKeysInSlot(slot, 100)
    await one.sendCommand(['MIGRATE', '127.0.0.1', String(port), '', '0', '5000', 'KEYS', ...keys])
    expect(await errorOf(store.commit(elsewhere))).toMatchObject({ code: 'MISCONFIGURED', maybeCommitted: false })
    await other.clusterSetSlot(slot, 'NODE', target)
    await one.clusterSetSlot(slot, 'NODE', target)
    const moved = await errorOf(store.commit([put(2)]))
    expect(moved).toMatchObject({ code: 'MISCONFIGURED', retryable: false, maybeCommitted: false })
    expect(moved.message).toContain(String(port))

    await using next = await redisStore({ url: there.url })
    expect(await next.get([at])).toMatchObject([{ value: { n: 1 } }])
    expect(await next.list('new', { limit: 1 })).toEqual([])
  })
})

describe.skipIf(!(await canOwn('redis')))('a server with which something is wrong', () => {
  const refused = async (options: Parameters<typeof redisStore>[0]) => errorOf(redisStore(options))
  /** A client that hears something else where the server tells about itself. */
  const told = (client: ReturnType<typeof createClient>, change: (info: string) => string) => ({
    isReady: true,
    sendCommand: async (args: readonly string[], options?: object) => {
      const reply = await client.sendCommand([...args], options)
      return args[0] === 'INFO' ? change(String(reply)) : reply
    },
  })
  let server: OwnServer

  test('because it wants a password, is refused with what to check', async () => {
    server = await ownServer('redis', { args: ['--requirepass', 'secret'], url: withPassword })
    await using _ = server
    const url = new URL(server.url)
    url.password = ''
    const error = await refused({ url: url.href })
    expect(error).toMatchObject({ code: 'MISCONFIGURED', retryable: false })
    expect(error.message).toContain('credentials')
    await using store = await redisStore({ url: server.url })
    expect((await store.commit([put(1)])).ok).toBe(true)
  })

  test('because it is too old, is refused with the version it needs; one that hides its version is taken', async () => {
    await using own = await ownServer('redis')
    await using client = await connect(own.url)
    const old = told(client as never, (info) => info.replace(/^redis_version:.*/m, 'redis_version:6.2.14'))
    const error = await refused({ client: old })
    expect(error).toMatchObject({ code: 'MISCONFIGURED' })
    expect(error.message).toMatch(/6\.2\.14 is too old.*7\.0/)
    const silent = told(client as never, (info) => info.replace(/^redis_version:.*\r\n/m, ''))
    await using store = await redisStore({ client: silent })
    expect((await store.commit([put(1)])).ok).toBe(true)
  })

  test('because it lacks a command, says so in the words of the server, and whether a commit may have happened', async () => {
    await using own = await ownServer('redis', {
      args: ['--rename-command', 'HMGET', '', '--rename-command', 'PTTL', ''],
    })
    await using store = await redisStore({ url: own.url })
    const reading = await errorOf(store.get([at]))
    expect(reading).toMatchObject({ code: 'INTERNAL', retryable: false, maybeCommitted: false })
    expect(reading.message).toContain('HMGET')
    expect(await errorOf(store.commit([put(1)]))).toMatchObject({ code: 'INTERNAL', maybeCommitted: true })
  })

  test('because another program writes to the keys of the namespace, is CORRUPT', async () => {
    await using own = await ownServer('redis')
    await using client = await connect(own.url)
    await using store = await redisStore({ url: own.url })
    await client.set('{threadkeep}:records:c', 'not ours')
    const corrupt = { code: 'CORRUPT', retryable: false }
    expect(await errorOf(store.get([at]))).toMatchObject({ ...corrupt, maybeCommitted: false })
    expect(await errorOf(store.get([at, { collection: 'd', key: 'k' }]))).toMatchObject(corrupt)
    // A script that fails has done what stands before: another collection may have been written.
    const d = { type: 'put', at: { collection: 'd', key: 'k' }, value: {} } as const
    expect(await errorOf(store.commit([d, put(1)]))).toMatchObject({ ...corrupt, maybeCommitted: true })
  })
})

function withPassword(url: string): string {
  return url.replace('redis://', 'redis://:secret@')
}
