import { ThreadkeepError } from '@threadkeep/core/store'
import type { Db } from 'mongodb'
import { storeError } from './errors.ts'
import type { IndexDefinition } from './layout.ts'
import { addressIndex, catalog, expiryIndex } from './layout.ts'

/** The physical collections of a store: made with their indexes before anything is written to them. */
export interface Kinds {
  /** What has to be awaited before records of this kind can be written; undefined when it is all there. */
  prepare(kind: string, expires: boolean): Promise<void> | undefined
  /** The kinds that anybody has written to this database. */
  names(signal: AbortSignal): Promise<readonly string[]>
}

interface Described {
  readonly name: string
  readonly type?: string
  readonly options?: { readonly collation?: unknown; readonly capped?: boolean; readonly timeseries?: unknown }
}

/** Opens the kinds of a database. What is there already is verified: rejects with `MISCONFIGURED` when it does not fit. */
export async function openKinds(db: Db): Promise<Kinds> {
  const known = new Map<string, Promise<void> | undefined>()

  const make = async (kind: string, expires: boolean): Promise<void> => {
    try {
      await refuseForeign(db, [kind])
      // The catalog first: a kind that it names without indexes gets them at the next start; the reverse would be forgotten.
      await db.collection<{ _id: string }>(catalog).updateOne({ _id: kind }, { $setOnInsert: {} }, { upsert: true })
      await ensureIndexes(db, kind, expires ? [addressIndex, expiryIndex] : [addressIndex])
      known.set(name(kind, expires), undefined)
    } catch (error) {
      known.delete(name(kind, expires))
      throw storeError(error)
    }
  }

  const names = async (signal?: AbortSignal): Promise<readonly string[]> => {
    const documents = await db
      .collection<{ _id: string }>(catalog)
      .find({}, signal && { signal })
      .toArray()
    return documents.map(({ _id }) => _id)
  }

  const verify = async (kind: string): Promise<void> => {
    await ensureIndexes(db, kind, [addressIndex])
    const indexes = await db.collection(kind).listIndexes().toArray()
    for (const wanted of [addressIndex, expiryIndex]) {
      const found = indexes.find((index) => index['name'] === wanted.name)
      if (!found) continue
      if (!isIndex(found, wanted)) throw wrongIndex(kind, wanted)
      known.set(name(kind, wanted === expiryIndex), undefined)
    }
  }

  const present = await names()
  if (present.length > 0) {
    await refuseForeign(db, present)
    await Promise.all(present.map(verify))
  }

  return {
    prepare(kind, expires) {
      const which = name(kind, expires)
      if (known.has(which)) return known.get(which)
      const making = make(kind, expires)
      known.set(which, making)
      return making
    },
    names,
  }
}

function name(kind: string, expires: boolean): string {
  return expires ? `${kind}\nexpires` : kind
}

/** Makes indexes that are not there. Rejects with `MISCONFIGURED` when one of that name or key is there and differs. */
export async function ensureIndexes(db: Db, collection: string, indexes: readonly IndexDefinition[]): Promise<void> {
  try {
    await db.collection(collection).createIndexes(indexes.map((index) => ({ ...index })))
  } catch (error) {
    const { code } = error as { code?: unknown }
    // IndexOptionsConflict and IndexKeySpecsConflict.
    if (code === 85 || code === 86) throw wrongIndex(collection, ...indexes)
    throw error
  }
}

function isIndex(found: Readonly<Record<string, unknown>>, { key, name: _, ...wanted }: IndexDefinition): boolean {
  const options = ['expireAfterSeconds', 'sparse', 'unique', 'partialFilterExpression', 'collation', 'hidden'] as const
  return (
    JSON.stringify(found['key']) === JSON.stringify(key) &&
    options.every((option) => (found[option] || undefined) === (wanted[option] || undefined))
  )
}

async function refuseForeign(db: Db, kinds: readonly string[]): Promise<void> {
  const collections = (await db.listCollections({ name: { $in: [...kinds] } }).toArray()) as readonly Described[]
  for (const { name: collection, type = 'collection', options } of collections) {
    if (type !== 'collection' || options?.collation || options?.capped || options?.timeseries) {
      throw new ThreadkeepError(
        'MISCONFIGURED',
        `${db.databaseName}.${collection} is not a plain collection: it is a view, capped, a time series, or has a collation. ` +
          'Give the store a database of its own.',
      )
    }
  }
}

function wrongIndex(collection: string, ...indexes: readonly IndexDefinition[]): ThreadkeepError {
  const wanted = indexes.map(({ name: index, key, ...options }) => `${index} ${JSON.stringify({ key, ...options })}`)
  return new ThreadkeepError(
    'MISCONFIGURED',
    `The indexes of the collection ${collection} are not those this version makes: ${wanted.join(', ')}. ` +
      'Drop the ones that differ; they are made at the next start.',
    { details: { collection } },
  )
}
