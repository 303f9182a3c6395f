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
import type { Portion } from './portions.ts'
import { portionsOf } from './portions.ts'
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

  const find = ({ kind, ids }: Portion, context: { signal: AbortSignal; session?: ClientSession }) =>
    records(kind)
      .find<RecordDocument>(
        { _id: ids.length === 1 ? ids[0]! : { $in: [...ids] } },
        { ...context, ...(context.session ? {} : ofOneInstant), projection: unneeded, batchSize: ids.length + 1 },
      )
      .toArray()

  /** The documents by kind. What takes more than one question is asked in a transaction: only that makes the answers of one instant. */
  const findAll = async (
    wanted: readonly Portion[],
    signal: AbortSignal,
  ): Promise<readonly (readonly [kind: string, found: readonly RecordDocument[]])[]> => {
    const [first, ...others] = wanted
    if (others.length === 0) return [[first!.kind, await find(first!, { signal })]]
    return transaction(client, { readConcern: 'snapshot', wanted: () => !signal.aborted }, async (session) => {
      const answer: (readonly [string, readonly RecordDocument[]])[] = []
      for (const portion of wanted) answer.push([portion.kind, await find(portion, { signal, session })])
      return { commit: true, answer }
    })
  }

  return {
    async get(at, options) {
      if (at.length === 0) return []
      const places = at.map(({ collection, key }) => {
        const { kind, scope } = placeOf(collection)
        const id = recordId(scope, key)
        return { kind, id, lock: `${kind}\n${id}` }
      })
      const found = await patiently(deadline, options, (signal) => findAll(portionsOf(places), signal))
      const now = clock.now()
      const documents = new Map<string, RecordDocument>()
      for (const [kind, list] of found) for (const document of list) documents.set(`${kind}\n${document._id}`, document)
      const answered = new Set<string>()
      return at.map(({ collection }, index) => {
        const { lock } = places[index]!
        const document = documents.get(lock)
        const entry = document && entryOf(collection, document, now)
        // An address asked twice is answered twice, and no answer may reach into another.
        const isRepeated = entry && answered.size === answered.add(lock).size
        return isRepeated ? { ...entry, value: cloneJson(entry.value) } : entry
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
