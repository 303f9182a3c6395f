import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { patience } from '@threadkeep/core/store'
import { createClient } from 'redis'
import type { Doing } from './errors.ts'
import {
  abortedError,
  isReply,
  isUnknownScript,
  misconfigured,
  offlineError,
  timeoutError,
  toThreadkeepError,
} from './errors.ts'
import type { Script } from './scripts.ts'

/** What is needed of a client of `redis`; every `createClient()` is one. */
export interface RedisClient {
  readonly isReady: boolean
  sendCommand(args: readonly string[], options?: { readonly typeMapping?: object }): Promise<unknown>
}

/** Where Redis is: a URL, or a client that its owner has connected and will close. */
export interface ConnectionOptions {
  /** `redis[s]://[[user][:password]@]host[:port][/database]`. Give this or `client`. */
  readonly url?: string
  /** A connected client of the package `redis`. It is used, never closed. */
  readonly client?: RedisClient
  /** How long one call may wait for Redis, in milliseconds. Default 5,000. */
  readonly timeout?: number
}

/** Sends commands and scripts. Every call is answered or rejected with a ThreadkeepError within the timeout. */
export interface Connection {
  readonly timeout: number
  readonly isReady: boolean
  send<T>(args: readonly string[], doing: Doing, signal?: AbortSignal): Promise<T>
  run<T>(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    doing: Doing,
    signal?: AbortSignal,
  ): Promise<T>
  /** Runs a script that writes, and right behind it, on the same connection, a command. Answers both. */
  runFollowed<T, F>(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    follower: readonly string[],
  ): Promise<readonly [T, F]>
  /** Answers when a client that was opened here has got the answers it waited for, and is closed. */
  close(): Promise<void>
}

const defaultTimeout = 5_000
// Replies are text, whatever the owner of the client chose for itself.
const asText = { typeMapping: {} }

/** Opens a connection by URL, or uses the client that was given. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { url, client, timeout = defaultTimeout } = options
  if (!Number.isInteger(timeout) || timeout < 1)
    throw misconfigured(`timeout must be whole milliseconds, not ${timeout}.`)
  if (client && url === undefined) {
    if (!client.isReady) throw misconfigured('The Redis client must be connected: await client.connect() first.')
    return connection(client, timeout, async () => {})
  }
  if (url === undefined || client) throw misconfigured('Give either the url of a Redis server or a connected client.')
  const own = await open(url, timeout)
  return connection(own, timeout, async () => {
    const patience = new AbortController()
    const answered = own.isReady ? own.close().catch(() => {}) : undefined
    await Promise.race([answered, sleep(timeout, undefined, { signal: patience.signal }).catch(() => {})])
    patience.abort()
    own.destroy()
  })
}

/** A connected client of our own: it comes back after every failure, and fails at once while it is away. */
export async function open(url: string, timeout: number) {
  if (!isRedisUrl(url)) throw misconfigured('A Redis URL reads redis://host:6379, with /2 at its end for database 2.')
  const patience = performance.now() + timeout
  let wasReady = false
  const client = createClient({
    url,
    disableOfflineQueue: true,
    // A peer that has gone silent is found out by a ping that nobody answers.
    pingInterval: Math.max(1, Math.floor(timeout / 2)),
    socket: {
      connectTimeout: timeout,
      socketTimeout: timeout,
      reconnectStrategy(retries, cause) {
        const hopeless = isReply(cause) || performance.now() > patience
        return !wasReady && hopeless ? false : Math.min(20 * 2 ** retries, 1_000)
      },
    },
  })
  // Without a listener an error event would end the process. Calls tell their callers.
  client.on('error', () => {})
  client.once('ready', () => {
    wasReady = true
  })
  try {
    await client.connect()
  } catch (error) {
    throw toThreadkeepError(error, 'read')
  }
  return client
}

function isRedisUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, pathname } = new URL(url)
  return /^rediss?:$/.test(protocol) && /^(\/\d*)?$/.test(pathname)
}

function connection(client: RedisClient, timeout: number, close: () => Promise<void>): Connection {
  const send = <T>(args: readonly string[], doing: Doing, signal?: AbortSignal): Promise<T> => {
    // Else a client with a queue of its own would send it later, when nobody waits any more. In a turn of its own, because a
    // caller that tries again at once must not keep the event loop from hearing of the new connection.
    if (!client.isReady) return nextTurn().then(() => Promise.reject(offlineError()))
    return bounded(client.sendCommand(args, asText) as Promise<T>, doing, timeout, signal)
  }
  return {
    timeout,
    get isReady() {
      return client.isReady
    },
    send: (args, doing, signal) =>
      send<never>(args, doing, signal).catch((error) => Promise.reject(toThreadkeepError(error, doing))),
    run: <T>(script: Script, keys: readonly string[], args: readonly string[], doing: Doing, signal?: AbortSignal) =>
      scripted(script, keys, args, doing, (command) => send<T>(command, doing, signal)),
    runFollowed: <T, F>(
      script: Script,
      keys: readonly string[],
      args: readonly string[],
      follower: readonly string[],
    ): Promise<readonly [T, F]> =>
      scripted(script, keys, args, 'write', (command) =>
        Promise.all([send<T>(command, 'write'), send<F>(follower, 'write')]),
      ),
    close,
  }
}

/** By its name, or, where the server does not know that, whole. */
async function scripted<T>(
  { sha, lua }: Script,
  keys: readonly string[],
  args: readonly string[],
  doing: Doing,
  send: (command: readonly string[]) => Promise<T>,
): Promise<T> {
  const rest = [String(keys.length), ...keys, ...args]
  try {
    return await send(['EVALSHA', sha, ...rest])
  } catch (error) {
    if (!isUnknownScript(error)) throw toThreadkeepError(error, doing)
  }
  try {
    return await send(['EVAL', lua, ...rest])
  } catch (error) {
    throw toThreadkeepError(error, doing)
  }
}

function bounded<T>(sent: Promise<T>, doing: Doing, timeout: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = patience(timeout, signal && { signal }, ({ code, cause }) =>
      reject(code === 'TIMEOUT' ? timeoutError(doing, timeout) : abortedError(doing, cause)),
    )
    sent.then(resolve, reject).finally(stop)
  })
}
