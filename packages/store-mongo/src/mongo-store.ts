import { randomBytes } from 'node:crypto'
import type { Address, CallOptions, Clock, CommitResult, Entry, EnumerableStore, Version } from '@threadkeep/core/store'
import {
  assertAddresses,
  assertName,
  assertRange,
  systemClock,
  ThreadkeepError,
  throwIfAborted,
} from '@threadkeep/core/store'
import type { MongoOptions } from './client.ts'
import { connect } from './client.ts'
import { committer } from './commit.ts'
import { groupCommit } from './group-commit.ts'
import { openKinds } from './kinds.ts'
import type { PreparedCommit } from './prepare-commit.ts'
import { prepareCommit } from './prepare-commit.ts'
import { reader } from './reader.ts'

/** How a MongoDB store is opened. */
export type MongoStoreOptions = MongoOptions & {
  /** Decides what has expired. Default: the machine's clock. */
  readonly clock?: Clock
}

/**
 * Opens a store in a database of a MongoDB replica set (6.0 or later). Every commit is confirmed by a majority before it is answered;
 * reads see only what a majority has. Any number of processes may share the database.
 */
export async function mongoStore(options: MongoStoreOptions): Promise<EnumerableStore> {
  const clock = options.clock ?? systemClock
  const connection = await connect(options)
  const kinds = await openKinds(connection.db).catch(async (error: unknown) => {
    await connection.close()
    throw error
  })
  const records = reader(connection, kinds, clock)
  const commits = groupCommit(committer(connection, clock), connection.deadline)
  const nextVersion = versions()
  let closing: Promise<void> | undefined

  const begin = (call: CallOptions | undefined): void => {
    if (closing) throw new ThreadkeepError('CLOSED', 'The MongoDB store has been closed.')
    throwIfAborted(call)
  }
  const close = (): Promise<void> => {
    closing ??= commits.drain().then(connection.close)
    return closing
  }

  /** Nothing is written, so one look at one instant decides. */
  const checkOnly = async ({ steps, version }: PreparedCommit, call?: CallOptions): Promise<CommitResult> => {
    const found = await records.get(
      steps.map(({ at }) => at),
      call,
    )
    const failed = steps.find(({ check }, index) => check !== (found[index]?.version ?? null))
    return failed ? { ok: false, conflict: failed.at } : { ok: true, version }
  }

  return {
    name: 'mongo',

    async get(at, call): Promise<readonly (Entry | undefined)[]> {
      begin(call)
      assertAddresses(at)
      const own = at.map(({ collection, key }): Address => ({ collection, key }))
      return records.get(own, call)
    },

    async list(collection, range, call) {
      begin(call)
      assertName(collection, 'collection')
      assertRange(range)
      return records.list(collection, { ...range }, call)
    },

    async commit(changes, call) {
      begin(call)
      const prepared = prepareCommit(changes, nextVersion(), clock.now())
      const { steps, contradiction } = prepared
      if (contradiction) return { ok: false, conflict: contradiction }
      const writing = steps.filter(({ write }) => write)
      if (writing.length === 0) return checkOnly(prepared, call)
      const preparing = writing
        .map(({ kind, write }) => kinds.prepare(kind, typeof write === 'object' && write.expiresAt !== undefined))
        .filter((it) => it !== undefined)
      if (preparing.length > 0) await Promise.all(preparing)
      return commits.add(prepared, call)
    },

    async collections(range, call) {
      begin(call)
      assertRange({ ...range })
      return records.collections({ ...range }, call)
    },

    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Versions that no other store, process or reopening makes: a random start and a count, so no commit has to write one down. */
function versions(): () => Version {
  const start = randomBytes(9).toString('base64url')
  let count = 0
  return () => `${start}.${(count++).toString(36)}` as Version
}
