import type { Address, CallOptions, Clock, Entry, Range } from '@threadkeep/core/store'
import { cloneJson } from '@threadkeep/core/store'
import type { ClientSession } from 'mongodb'
import type { Connection } from './client.ts'
import type { NameRange } from './collection-names.ts'
import { collectionNames } from './collection-names.ts'
import type { Kinds } from './kinds.ts'
import type { RecordDocument } from './layout.ts'
import { boundsOf, entryOf, isLive, placeOf, recordId } from './layout.ts'
import { patiently } from './patience.ts'
import { transaction } from './transaction.ts'

/** Reads records. Each answer is of one instant, and holds only what a majority has. */
export interface Reader {
  get(at: readonly Address[], options: CallOptions | undefined): Promise<readonly (Entry | undefined)[]>
  list(collection: string, range: Range, options: CallOptions | undefined): Promise<readonly Entry[]>
  collections(range: NameRange, options: CallOptions | undefined): Promise<readonly string[]>
}

// What a reader has no use for stays on the server.
const unneeded = { removeAt: 0, touched: 0 } as const
const fromList = { ...unneeded, _id: 0, scope: 0 } as const
// Many small collections are named by one question, and a large one costs little.
const namesOnly = { sort: { scope: 1, key: 1 }, projection: { _id: 0, scope: 1 }, limit: 100, batchSize: 100 } as const
const ofOneInstant = { readConcern: { level: 'snapshot' } } as const

export function reader({ client, db, deadline }: Connection, kinds: Kinds, clock: Clock): Reader {
  const records = (kind: string) => db.collection<RecordDocument>(kind)

  const find = (kind: string, ids: readonly string[], context: { signal: AbortSignal; session?: ClientSession }) =>
    records(kind)
      .find<RecordDocument>(
        { _id: ids.length === 1 ? ids[0]! : { $in: ids as string[] } },
        { ...context, ...(context.session ? {} : ofOneInstant), projection: unneeded, batchSize: ids.length + 1 },
      )
      .toArray()

  /** The documents by kind and id. Records of several kinds are read in a transaction: only that makes them of one instant. */
  const findAll = async (
    wanted: ReadonlyMap<string, readonly string[]>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly RecordDocument[]>> => {
    const found = new Map<string, readonly RecordDocument[]>()
    if (wanted.size === 1) {
      for (const [kind, ids] of wanted) found.set(kind, await find(kind, ids, { signal }))
      return found
    }
    return transaction(client, { readConcern: 'snapshot', wanted: () => !signal.aborted }, async (session) => {
      for (const [kind, ids] of wanted) found.set(kind, await find(kind, ids, { signal, session }))
      return { commit: true, answer: found }
    })
  }

  return {
    async get(at, options) {
      if (at.length === 0) return []
      const places = at.map(({ collection, key }) => {
        const { kind, scope } = placeOf(collection)
        return { kind, id: recordId(scope, key) }
      })
      const wanted = new Map<string, string[]>()
      for (const { kind, id } of places) {
        const ids = wanted.get(kind)
        if (ids) ids.push(id)
        else wanted.set(kind, [id])
      }
      for (const [kind, ids] of wanted) if (ids.length > 1) wanted.set(kind, [...new Set(ids)])
      const found = await patiently(deadline, options, (signal) => findAll(wanted, signal))
      const now = clock.now()
      const documents = new Map<string, RecordDocument>()
      for (const [kind, list] of found) for (const document of list) documents.set(`${kind}\n${document._id}`, document)
      return at.map(({ collection }, index) => {
        const { kind, id } = places[index]!
        const document = documents.get(`${kind}\n${id}`)
        const entry = document && entryOf(collection, document, now)
        // An address asked twice is answered twice, and no answer may reach into another.
        return entry && at.length > documents.size ? { ...entry, value: cloneJson(entry.value) } : entry
      })
    },

    async list(collection, { limit, reverse, ...range }, options) {
      const { kind, scope } = placeOf(collection)
      const key = boundsOf(range)
      const now = clock.now()
      const documents = await patiently(deadline, options, (signal) =>
        records(kind)
          .find<RecordDocument>({ scope, ...(key && { key }), ...isLive(now) } as never, {
            ...ofOneInstant,
            sort: { key: reverse ? -1 : 1 },
            limit,
            batchSize: limit,
            projection: fromList,
            signal,
          })
          .toArray(),
      )
      return documents.map((document) => entryOf(collection, document, now)!)
    },

    collections: (range, options) =>
      patiently(deadline, options, async (signal) => {
        const live = isLive(clock.now())
        return collectionNames(range, await kinds.names(signal), async (kind, scope) => {
          const first = await records(kind)
            .find({ ...(scope && { scope }), ...live } as never, { ...namesOnly, signal })
            .toArray()
          return [...new Set(first.map((document) => document.scope))]
        })
      }),
  }
}
