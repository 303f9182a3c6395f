import type { Address, CallOptions, Clock, Entry, EnumerableStore, Store, SweepableStore } from '@threadkeep/core/store'
import {
  assertName,
  assertRange,
  prepareCommit,
  systemClock,
  ThreadkeepError,
  takeAddresses,
  throwIfAborted,
} from '@threadkeep/core/store'
import { collectionIndex } from './collection-index.ts'
import { commitQueue } from './commit-queue.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { connect } from './connection.ts'
import { misconfigured } from './errors.ts'
import type { Layout } from './layout.ts'
import { layout, lexBounds, unpack } from './layout.ts'
import { getScript, listScript } from './scripts.ts'
import { checkServer } from './startup-checks.ts'

/** How a store on Redis is opened. */
export interface RedisStoreOptions extends ConnectionOptions {
  /** What all its keys start with; stores of different namespaces share nothing. Default `threadkeep`. */
  readonly namespace?: string
  /**
   * `primary` (default): these records are nowhere else, so the server must not evict. `cache`: it may, and the store cannot
   * name its collections.
   */
  readonly role?: 'primary' | 'cache'
  /**
   * `local` (default): a commit is answered when the server has it; `appendfsync` says when its disk has it. `replicated`:
   * when `replicas` replicas have it too, or the answer is an error with `maybeCommitted`.
   */
  readonly durability?: 'local' | 'replicated'
  /** How many replicas `replicated` waits for. Default 1. */
  readonly replicas?: number
  readonly clock?: Clock
}

/** A store on Redis that is the home of its records. */
export interface RedisStore extends EnumerableStore, SweepableStore {}

/** Opens a store on a Redis server, after checking that the server is fit to be one. */
export async function redisStore(options: RedisStoreOptions & { readonly role?: 'primary' }): Promise<RedisStore>
export async function redisStore(options: RedisStoreOptions): Promise<Store>
export async function redisStore(options: RedisStoreOptions): Promise<Store> {
  const { namespace = 'threadkeep', role = 'primary', durability = 'local', clock = systemClock } = options
  const replicas = durability === 'replicated' ? (options.replicas ?? 1) : 0
  if (!Number.isInteger(replicas) || replicas < 0 || (durability === 'replicated' && replicas === 0)) {
    throw misconfigured(`replicas must be a whole number from 1, not ${options.replicas}.`)
  }
  const names = layout(namespace)
  const connection = await connect(options)
  try {
    await checkServer(connection, { role, replicas })
  } catch (error) {
    await connection.close()
    throw error
  }
  const indexed = role === 'primary'
  const commits = commitQueue({ connection, layout: names, clock, indexed, replicas })
  let closing: Promise<void> | undefined

  const begin = (callOptions: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', 'The store on Redis has been closed.')
    throwIfAborted(callOptions)
  }
  const close = (): Promise<void> => {
    closing ??= commits.drain().then(() => connection.close())
    return closing
  }

  const store: Store = {
    name: 'redis',

    async get(at, callOptions) {
      begin(callOptions)
      const own = takeAddresses(at)
      return own.length === 0 ? [] : get(connection, names, clock, own, callOptions?.signal)
    },

    async list(collection, range, callOptions) {
      begin(callOptions)
      assertName(collection, 'collection')
      assertRange(range)
      const now = clock.now()
      const keys = [names.records(collection), names.order(collection), names.expiry(collection)]
      const args = [String(now), ...lexBounds(range), String(range.limit), range.reverse ? 'REV' : '']
      const [found, packed] = await connection.run<[string[], string[]]>(
        listScript,
        keys,
        args,
        'read',
        callOptions?.signal,
      )
      return found.map((key, index) => unpack(packed[index]!, collection, key, Number.NEGATIVE_INFINITY)!)
    },

    async commit(changes, callOptions) {
      begin(callOptions)
      return commits.add(prepareCommit(changes), callOptions)
    },

    close,
    [Symbol.asyncDispose]: close,
  }
  if (!indexed) return store
  return { ...store, ...collectionIndex(connection, names, clock, begin) } as RedisStore
}

/** Records of one collection are one command; of several, one script, so that they are of one moment. */
async function get(
  connection: Connection,
  names: Layout,
  clock: Clock,
  own: readonly Address[],
  signal: AbortSignal | undefined,
): Promise<readonly (Entry | undefined)[]> {
  const byCollection = new Map<string, number[]>()
  for (const [index, { collection }] of own.entries()) {
    const places = byCollection.get(collection)
    if (places) places.push(index)
    else byCollection.set(collection, [index])
  }
  const now = clock.now()
  const order = [...byCollection.values()].flat()
  const keys = [...byCollection.keys()].map(names.records)
  const found =
    keys.length === 1
      ? await connection.send<(string | null)[]>(['HMGET', keys[0]!, ...own.map(({ key }) => key)], 'read', signal)
      : await connection.run<(string | null)[]>(
          getScript,
          keys,
          [...byCollection.values()].flatMap((places) => [String(places.length), ...places.map((n) => own[n]!.key)]),
          'read',
          signal,
        )
  const answer = new Array<Entry | undefined>(own.length)
  for (const [n, place] of order.entries()) {
    const { collection, key } = own[place]!
    answer[place] = unpack(found[n]!, collection, key, now)
  }
  return answer
}
