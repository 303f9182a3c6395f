import type { CallOptions, Clock, CommitResult, Entry, EnumerableStore } from '@threadkeep/core/store'
import { assertName, assertRange, systemClock, takeAddresses, versionSource } from '@threadkeep/core/store'
import { callGate } from './call-gate.ts'
import type { Connection, MongoOptions } from './client.ts'
import { connect } from './client.ts'
import { committer } from './commit.ts'
import { groupCommit } from './group-commit.ts'
import { openKinds } from './kinds.ts'
import { orAborted, patiently } from './patience.ts'
import type { PreparedCommit, Step } from './prepare-commit.ts'
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
  return openStore(await connect(options), options.clock ?? systemClock)
}

/** The store of a connection, which it closes. */
export async function openStore(connection: Connection, clock: Clock): Promise<EnumerableStore> {
  const kinds = await openKinds(connection.db).catch(async (error: unknown) => {
    await connection.close()
    throw error
  })
  const records = reader(connection, kinds, clock)
  const commits = groupCommit(committer(connection, clock), connection.deadline)
  const nextVersion = versionSource()
  const gate = callGate('The MongoDB store')
  const close = (): Promise<void> => gate.close(connection.close)

  /** What the kinds of these records still lack. Also a record that is only checked is written to, for a moment. */
  const unready = (steps: readonly Step[]): Promise<void>[] =>
    steps.flatMap(({ kind, write }) => {
      const preparing = kinds.prepare(kind, typeof write === 'object' && write.removeAt !== undefined)
      return preparing ? [preparing] : []
    })

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

    get: (at, call): Promise<readonly (Entry | undefined)[]> =>
      gate.run(call, () => {
        const own = takeAddresses(at)
        return records.get(own, call)
      }),

    list: (collection, range, call) =>
      gate.run(call, () => {
        assertName(collection, 'collection')
        assertRange(range)
        return records.list(collection, { ...range }, call)
      }),

    commit: (changes, call) =>
      gate.run(call, async () => {
        const prepared = prepareCommit(changes, nextVersion(), clock.now())
        const { steps, contradiction } = prepared
        if (contradiction) return { ok: false, conflict: contradiction }
        if (!steps.some(({ write }) => write)) return checkOnly(prepared, call)
        if (unready(steps).length > 0) {
          await patiently(connection.deadline, call, (signal) => orAborted(Promise.all(unready(steps)), signal))
        }
        return commits(prepared, call)
      }),

    collections: (range, call) =>
      gate.run(call, () => {
        assertRange({ ...range })
        return records.collections({ ...range }, call)
      }),

    close,
    [Symbol.asyncDispose]: close,
  }
}
