import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import { answered } from '../store/answered.ts'
import { type CallOptions, throwIfAborted } from '../store/call-options.ts'
import { assertBatch, takeChanges } from '../store/changes.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import { cloneJson, copyJsonObject } from '../store/json.ts'
import { assertAddress, assertName, assertRange } from '../store/keys.ts'
import type {
  Address,
  Change,
  CommitResult,
  Entry,
  EnumerableStore,
  JsonObject,
  Millis,
  Version,
} from '../store/types.ts'
import { versionSource } from '../store/version-source.ts'
import { expiryQueue, type Mortal } from './expiry-queue.ts'
import { idleSweeper } from './idle-sweeper.ts'
import { addItem, type Item, type KeyOrder, keyOrder, listItems, removeItem } from './key-order.ts'

/** How a memory store is set up. */
export interface MemoryStoreOptions {
  readonly clock?: Clock
  /** Most records a collection keeps; beyond that, the one longest unused leaves. Default: no limit. */
  readonly maxEntriesPerCollection?: number
  /** The same as `maxEntriesPerCollection`. */
  readonly maxSize?: number
}

/** A memory store, which can also say how full it is. */
export interface MemoryStore extends EnumerableStore {
  /** How many live records it holds. */
  readonly size: number
}

interface Collection extends Item {
  readonly records: Map<string, MemoryRecord>
  readonly order: KeyOrder<MemoryRecord>
}

interface MemoryRecord extends Item, Mortal {
  readonly home: Collection
  value: JsonObject
  version: Version
}

const never = Number.POSITIVE_INFINITY
const nothing: JsonObject = {}

/**
 * Keeps records in this process: the executable meaning of the storage contract, and gone with the process. Expired
 * records leave memory soon after their time, also when nobody asks for them.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { clock = systemClock } = options
  const capacity = capacityOf(options)
  const collections = new Map<string, Collection>()
  const names = keyOrder<Collection>()
  const mortals = expiryQueue<MemoryRecord>()
  const sweeper = idleSweeper(
    clock,
    () => mortals.first()?.expiresAt,
    () => dropExpired(10_000, clock.now()),
  )
  const nextVersion = versionSource()
  let size = 0
  let closed = false

  function assertOpen(call: CallOptions | undefined): void {
    if (closed) throw new ThreadkeepError('CLOSED', 'The memory store is closed.')
    throwIfAborted(call)
  }

  function find(at: Address, now: Millis): MemoryRecord | undefined {
    const record = collections.get(at.collection)?.records.get(at.key)
    return record !== undefined && record.expiresAt > now ? record : undefined
  }

  function put(at: Address, value: JsonObject, expiresAt: Millis, version: Version): void {
    const home = collections.get(at.collection) ?? addCollection(at.collection)
    let record = home.records.get(at.key)
    if (record === undefined) {
      record = { key: at.key, gone: false, home, value, version, expiresAt, place: -1 }
      home.records.set(at.key, record)
      addItem(home.order, record)
      size++
      if (home.records.size > capacity) drop(home.records.values().next().value!)
    } else {
      record.value = value
      record.version = version
      record.expiresAt = expiresAt
      use(record)
    }
    if (expiresAt === never) mortals.remove(record)
    else mortals.set(record)
  }

  function addCollection(name: string): Collection {
    const added: Collection = { key: name, gone: false, records: new Map(), order: keyOrder() }
    collections.set(name, added)
    addItem(names, added)
    return added
  }

  function drop(record: MemoryRecord): void {
    const { home } = record
    home.records.delete(record.key)
    removeItem(home.order, record)
    mortals.remove(record)
    // The order may hold on to the record for a while; its value need not wait.
    record.value = nothing
    size--
    if (home.records.size === 0) {
      collections.delete(home.key)
      removeItem(names, home)
    }
  }

  /** Where there is a cap, the map's own order is the order of use. */
  function use(record: MemoryRecord): void {
    if (capacity === never) return
    record.home.records.delete(record.key)
    record.home.records.set(record.key, record)
  }

  function dropExpired(limit: number, now: Millis): void {
    for (let dropped = 0; dropped < limit; dropped++) {
      const first = mortals.first()
      if (first === undefined || first.expiresAt > now) return
      drop(first)
    }
  }

  function read(at: readonly Address[], call: CallOptions | undefined): readonly (Entry | undefined)[] {
    assertOpen(call)
    assertBatch(at, 'addresses')
    const now = clock.now()
    const answer: (Entry | undefined)[] = []
    for (let i = 0; i < at.length; i++) {
      const address = at[i]!
      // What is found proves its address; only a miss needs a closer look.
      const record = address ? find(address, now) : undefined
      if (record === undefined) assertAddress(address)
      else use(record)
      answer.push(record && entryOf(record))
    }
    return answer
  }

  function apply(changes: readonly Change[], call: CallOptions | undefined): CommitResult {
    assertOpen(call)
    // Whatever may fail, or run code of the caller's (accessors), comes before the first look at the records.
    const taken = takeChanges(changes, copyJsonObject)
    const now = clock.now()
    for (const change of taken) {
      if (change.type !== 'check') continue
      if ((find(change.at, now)?.version ?? null) !== change.version) return { ok: false, conflict: change.at }
    }
    const version = nextVersion()
    for (const change of taken) {
      if (change.type === 'check') continue
      const expiresAt = change.type === 'delete' ? now : (change.expiresAt ?? never)
      if (expiresAt > now) put(change.at, (change as Change & { type: 'put' }).value, expiresAt, version)
      else {
        const record = collections.get(change.at.collection)?.records.get(change.at.key)
        if (record !== undefined) drop(record)
      }
    }
    // Faster than records can come in, yet never a pause to notice.
    dropExpired(64 + 2 * taken.length, now)
    sweeper.arm()
    return { ok: true, version }
  }

  async function close(): Promise<void> {
    closed = true
    sweeper.stop()
  }

  return {
    name: 'memory',
    get size() {
      dropExpired(never, clock.now())
      return size
    },
    // Get and commit are no async functions, so that wrappers can see at once what they answer.
    get(at, call) {
      try {
        const answer = read(at, call)
        return answer.length === 1 ? answered(answer) : Promise.resolve(answer)
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async list(collection, range, call) {
      assertOpen(call)
      assertName(collection, 'collection')
      assertRange(range)
      const home = collections.get(collection)
      if (home === undefined) return []
      const now = clock.now()
      return listItems(home.order, range, (record) => record.expiresAt > now).map(entryOf)
    },
    commit(changes, call) {
      try {
        return answered(apply(changes, call))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async collections(range, call) {
      assertOpen(call)
      assertRange(range)
      dropExpired(never, clock.now())
      return listItems(names, range, () => true).map((collection) => collection.key)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function entryOf(record: MemoryRecord): Entry {
  const { home, key, version, expiresAt } = record
  const value = cloneJson(record.value)
  if (expiresAt === never) return { collection: home.key, key, value, version }
  return { collection: home.key, key, value, version, expiresAt }
}

function capacityOf(options: MemoryStoreOptions): number {
  const capacity = options.maxEntriesPerCollection ?? options.maxSize ?? never
  if (capacity === never || (Number.isInteger(capacity) && capacity >= 1)) return capacity
  throw new ThreadkeepError('MISCONFIGURED', `maxSize must be a whole number from 1, not ${String(capacity)}.`)
}
