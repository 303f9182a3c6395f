import type { Db } from 'mongodb'
import { storeError } from './errors.ts'
import { ensureCollection } from './indexed-collection.ts'
import { addressIndex, catalog, expiryIndex } from './layout.ts'

/** The physical collections of a store: made with their indexes before anything is written to them. */
export interface Kinds {
  /** What has to be awaited before records of this kind can be written; undefined when it is all there. */
  prepare(kind: string, expires: boolean): Promise<void> | undefined
  /** The kinds that anybody has written to this database. */
  names(signal: AbortSignal): Promise<readonly string[]>
}

/** Opens the kinds of a database. What is there already is verified: rejects with `MISCONFIGURED` when it does not fit. */
export async function openKinds(db: Db): Promise<Kinds> {
  const known = new Map<string, Promise<void> | undefined>()

  const make = async (kind: string, expires: boolean): Promise<void> => {
    try {
      // The catalog first: a kind that it names without indexes gets them at the next start; the reverse would be forgotten.
      await db.collection<{ _id: string }>(catalog).updateOne({ _id: kind }, { $setOnInsert: {} }, { upsert: true })
      await ensureCollection(db, kind, expires ? [addressIndex, expiryIndex] : [addressIndex])
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
    const indexes = await ensureCollection(db, kind, [addressIndex], [expiryIndex])
    known.set(name(kind, false), undefined)
    if (indexes.has(expiryIndex.name)) known.set(name(kind, true), undefined)
  }

  try {
    await Promise.all((await names()).map(verify))
  } catch (error) {
    throw storeError(error)
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
