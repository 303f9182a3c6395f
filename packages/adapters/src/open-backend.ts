import { access, constants, mkdir } from 'node:fs/promises'
import type { BlobStore, LiveBus, SearchIndex } from '@threadkeep/core'
import { directoryBlobStore, localLiveBus, memoryBlobStore, memorySearchIndex, memoryStore } from '@threadkeep/core'
import type { Clock, Store } from '@threadkeep/core/store'
import { isThreadkeepError, stack, systemClock, ThreadkeepError } from '@threadkeep/core/store'
import type { Backend } from './backend.ts'
import { redisPlace } from './redis-place.ts'

/** What a backend is made of, each by a URL. */
export interface BackendUrls {
  /** `memory:`, `sqlite:<file>`, `mongodb://…`, `postgres://…` or `redis://…`, which may end in `?namespace=…`. */
  readonly store: string
  /** `local:` (default: hints within the process), `redis://…` or `postgres://…`. */
  readonly live?: string
  /** `memory:`, `sqlite:<file>`, `mongodb://…`, `postgres://…` or `none:`. Default: with the store; none with Redis. */
  readonly search?: string
  /** `memory:`, `file:<directory>`, `mongodb://…` (GridFS) or `none:`. Default: with MongoDB, else none. */
  readonly blobs?: string
  /** `redis://…`: copies of records in front of the store, shared by all who name it. Default: none. */
  readonly cache?: string
  /** False: writes are told to the cache and reads go past it. For workers: they must see what is stored now, and what they write must be seen. */
  readonly cacheReads?: boolean
  /** Events go through a log to workers. Default false: the process projects them itself. */
  readonly external?: boolean
}

interface Closable {
  close(): Promise<void>
}

type Opener<T> = (url: string, clock: Clock) => T | Promise<T>
type Openers<T> = Readonly<Record<string, Opener<T>>>

const stores: Openers<Store> = {
  memory: (_, clock) => memoryStore({ clock }),
  sqlite: async (url, clock) => (await import('@threadkeep/store-sqlite')).sqliteStore({ path: pathOf(url), clock }),
  mongodb: async (url, clock) => (await import('@threadkeep/store-mongo')).mongoStore({ url, clock }),
  postgres: async (url, clock) => (await import('@threadkeep/store-postgres')).postgresStore({ url, clock }),
  redis: async (url, clock) => (await import('@threadkeep/store-redis')).redisStore({ ...redisPlace(url), clock }),
}

const searches: Openers<SearchIndex | undefined> = {
  none: () => undefined,
  memory: (_, clock) => memorySearchIndex({ clock }),
  sqlite: async (url, clock) =>
    (await import('@threadkeep/store-sqlite')).sqliteSearchIndex({ path: pathOf(url), clock }),
  mongodb: async (url, clock) => (await import('@threadkeep/store-mongo')).mongoSearchIndex({ url, clock }),
  postgres: async (url, clock) => (await import('@threadkeep/store-postgres')).postgresSearchIndex({ url, clock }),
}

const buses: Openers<LiveBus> = {
  local: () => localLiveBus(),
  redis: async (url) => (await import('@threadkeep/store-redis')).redisLiveBus(redisPlace(url)),
  postgres: async (url) => (await import('@threadkeep/store-postgres')).postgresLiveBus({ url }),
}

const blobStores: Openers<BlobStore | undefined> = {
  none: () => undefined,
  memory: (_, clock) => memoryBlobStore({ clock }),
  file: async (url, clock) => directoryBlobStore({ path: await writable(pathOf(url)), clock }),
  mongodb: async (url, clock) => (await import('@threadkeep/store-mongo')).gridFsBlobStore({ url, clock }),
}

const caches: Openers<Store> = {
  redis: async (url, clock) =>
    (await import('@threadkeep/store-redis')).redisStore({ ...redisPlace(url, '-cache'), role: 'cache', clock }),
}

/** How a backend is opened. */
export interface OpenOptions {
  readonly clock?: Clock
  /** Milliseconds that a call of the store may take, where it would wait longer by itself (15 seconds at most). */
  readonly deadline?: number
}

/** The longest that any store waits by itself. */
const ownPatience = 15_000

/**
 * Opens all that a Threadkeep is kept in, loading only the drivers it needs. Either everything is open afterwards or nothing. `MISCONFIGURED`
 * when a URL names nothing we know.
 */
export async function openBackend(urls: BackendUrls, options: OpenOptions = {}): Promise<Backend> {
  const { clock = systemClock, deadline = ownPatience } = options
  const opened: Closable[] = []
  const open = async <T extends Closable | undefined>(what: string, openers: Openers<T>, url: string): Promise<T> => {
    try {
      const one = await openerOf(what, openers, url)(url, clock)
      if (one) opened.push(one)
      return one
    } catch (cause) {
      if (!isThreadkeepError(cause, 'UNAVAILABLE')) throw cause
      const message = `${cause.message.replace(/\.?$/, '.')} Is the server for ${what} running, and is its URL right?`
      throw new ThreadkeepError('UNAVAILABLE', message, { cause })
    }
  }
  const close = async (): Promise<void> => {
    await Promise.allSettled(opened.reverse().map((one) => one.close()))
  }
  const kind = kindOf(urls.store)
  try {
    const store = await open('store', stores, urls.store)
    // What nobody waits for any more must not hold up what comes after it.
    const base = deadline < ownPatience ? await timed(store, deadline) : store
    const live = await open('live', buses, urls.live ?? 'local:')
    const search = await open('search', searches, urls.search ?? (kind === 'redis' ? 'none:' : urls.store))
    const blobs = await open('blobs', blobStores, urls.blobs ?? (kind === 'mongodb' ? urls.store : 'none:'))
    let cacheFailures = 0
    const cache = urls.cache === undefined ? undefined : await open('cache', caches, urls.cache)
    const countFailure = (): void => void cacheFailures++
    return {
      store: cache ? await cached(base, cache, urls.cacheReads ?? true, countFailure) : base,
      live,
      ...(cache && { cacheFailures: () => cacheFailures }),
      ...(search && { search }),
      ...(blobs && { blobs }),
      ...(urls.external && { projector: 'external' as const }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function timed(base: Store, deadline: number): Promise<Store> {
  const { withTimeout } = await import('@threadkeep/wrappers')
  return stack(base, [withTimeout({ timeout: deadline / 1_000 })])
}

async function cached(base: Store, cache: Store, reads: boolean, onError: () => void): Promise<Store> {
  const { withCache } = await import('@threadkeep/wrappers')
  return stack(base, [withCache({ cache, shared: true, reads, onError })])
}

function openerOf<T>(what: string, openers: Openers<T>, url: string): Opener<T> {
  const kind = kindOf(url)
  if (Object.hasOwn(openers, kind)) return openers[kind]!
  // The URL itself may hold a password: it stays unsaid.
  throw new ThreadkeepError(
    'MISCONFIGURED',
    `The URL for ${what} begins with ${Object.keys(openers)
      .map((known) => `${known}:`)
      .join(', ')}.`,
  )
}

const aliases: Readonly<Record<string, string>> = { 'mongodb+srv': 'mongodb', postgresql: 'postgres', rediss: 'redis' }

/** What a URL speaks of. */
function kindOf(url: string): string {
  const scheme = /^([a-z+]+):/.exec(url)?.[1] ?? ''
  return aliases[scheme] ?? scheme
}

/** A directory that may be written to, made where it is missing: found out at the start, not by the first upload. */
async function writable(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
    return path
  } catch (cause) {
    const message = `Blobs cannot be kept in ${path}: ${(cause as Error).message}. Name a directory that this process may write to.`
    throw new ThreadkeepError('MISCONFIGURED', message, { cause })
  }
}

/** The path in `sqlite:/var/lib/chat.db`, `sqlite:chat.db` or `sqlite:///var/lib/chat.db`. */
function pathOf(url: string): string {
  const path = decodeURIComponent(url.slice(url.indexOf(':') + 1).replace(/^\/\/(?=\/)/, ''))
  if (path === '') throw new ThreadkeepError('MISCONFIGURED', 'A URL such as sqlite:chat.db names a path.')
  return path
}
